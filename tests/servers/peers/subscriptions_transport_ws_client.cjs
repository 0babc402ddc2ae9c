// A full session of npm subscriptions-transport-ws; prints what it got, one JSON object a line.
const { SubscriptionClient } = require('subscriptions-transport-ws');
const WebSocket = require('ws');

const say = (what, value) => console.log(JSON.stringify({ what, value }));
const client = new SubscriptionClient(
  process.argv[2], { reconnect: false, connectionParams: { token: 'learn' } }, WebSocket,
);
client.onConnected(() => say('subprotocol', client.client.protocol));
client.onDisconnected(() => say('closed', null));

function all(payload, enough = Infinity) {
  return new Promise((resolve) => {
    const results = [];
    const { unsubscribe } = client.request(payload).subscribe({
      next: (result) => {
        if (results.length < enough) results.push(result);
        if (results.length === enough) { unsubscribe(); resolve({ results }); }
      },
      error: (error) => resolve({ results, errors: [{ message: error.message }] }),
      complete: () => resolve({ results }),
    });
  });
}

(async () => {
  say('query', await all({ query: 'query ($n: String) { hello(name: $n) }', variables: { n: 'node' } }));
  say('invalid', await all({ query: '{ nothing }' }));
  say('failing', await all({ query: '{ fail }' }));
  say('clock', await all({ query: 'subscription { clock(every: 1, count: 3) { n } }' }));
  say('stopped', await all({ query: 'subscription { clock(every: 1) { n } }' }, 2));
  const heard = all({ query: 'subscription { room(name: "legacy node") { text } }' }, 2);
  let done = false;
  heard.then(() => { done = true; });
  while (!done) await all({ query: 'mutation { say(room: "legacy node", author: "n", text: "hi") { n } }' });
  say('room', await heard);
  client.close();
})();
