import { App } from "./app.js";
import { askedConditions } from "./asked-conditions.js";
import { traffic } from "./lab/page-traffic.js";

const conditions = await askedConditions();
const app = new App({
  WebSocket: traffic.wrap(conditions?.wrap() ?? WebSocket),
  ...(conditions && { fetch: conditions.wrapFetch() }),
});

// For the browser tests and for curious people at the console: the live client and the match it is in.
window.deltatick = {
  get net() {
    return app.net;
  },
  get room() {
    return app.room;
  },
  /** The bad network that the address asks for, null for none. */
  conditions,
  /** One's own ship as drawn, the tick it is predicted for (0: it is not), and its shots. */
  get own() {
    return app.match.own;
  },
};

app.start();
