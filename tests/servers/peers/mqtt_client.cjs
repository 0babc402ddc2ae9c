// A full session of npm mqtt (MQTT.js) with the server at the URL given, in the version given (4 or 5);
// prints what it got, one JSON object a line.
const mqtt = require('mqtt');

const [url, version] = [process.argv[2], Number(process.argv[3])];
const say = (what, value) => console.log(JSON.stringify({ what, value }));
const options = (clientId, more = {}) => ({
  clientId, protocolVersion: version, reconnectPeriod: 0, connectTimeout: 10000, ...more,
});

async function main() {
  const one = await mqtt.connectAsync(url, options('one'));
  const two = await mqtt.connectAsync(
    url, options('two', { will: { topic: 'room/will', payload: Buffer.from('gone'), qos: 1 } }),
  );
  await two.publishAsync('room/kept', 'kept', { qos: 1, retain: true });
  let heard;
  const all = new Promise((resolve) => { heard = resolve; });
  const got = [];
  one.on('message', (topic, payload, packet) => {
    got.push([topic, payload.length, packet.qos, packet.retain]);
    if (got.length === 5) heard();
  });
  say('granted', (await one.subscribeAsync('room/#', { qos: 2 })).map((each) => each.qos));
  for (const qos of [0, 1, 2]) await two.publishAsync(`room/${qos}`, Buffer.alloc(70000 * qos), { qos });
  // No DISCONNECT: the will comes.
  two.stream.destroy();
  await all;
  say('messages', got);
  await one.unsubscribeAsync('room/#');
  await one.endAsync();
  say('ended', true);
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
