// A full session of npm graphql-ws with the server at the URL given; prints what it got, one JSON object a line.
const { createClient } = require('graphql-ws');
const WebSocket = require('ws');

const say = (what, value) => console.log(JSON.stringify({ what, value }));
const client = createClient({
  url: process.argv[2],
  webSocketImpl: WebSocket,
  connectionParams: { token: 'learn' },
  lazy: false,
  retryAttempts: 0,
  keepAlive: 50,
  on: {
    connected: (socket) => say('subprotocol', socket.protocol),
    pong: (received, payload) => received && say('pong', payload ?? null),
    closed: (event) => say('closed', [event.code, event.reason]),
  },
});

function all(payload, enough = Infinity) {
  return new Promise((resolve) => {
    const results = [];
    const stop = client.subscribe(payload, {
      next: (result) => {
        // One that was on its way when it was stopped may still come.
        if (results.length < enough) results.push(result);
        if (results.length === enough) stop();
      },
      error: (errors) => resolve({ results, errors }),
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
  const heard = all({ query: 'subscription { room(name: "node") { text } }' }, 2);
  // Nothing says when a subscription has begun, so it is spoken until somebody has heard it.
  let done = false;
  heard.then(() => { done = true; });
  while (!done) await all({ query: 'mutation { say(room: "node", author: "n", text: "hi") { n } }' });
  say('room', await heard);
  await new Promise((resolve) => client.on('pong', (received) => received && resolve()));
  await client.dispose();
})();
