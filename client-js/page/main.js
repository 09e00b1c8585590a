import { App } from "./app.js";

const app = new App();

// For the browser tests and for curious people at the console: the live client and the match it is in.
window.deltatick = {
  get net() {
    return app.net;
  },
  get room() {
    return app.room;
  },
  /** One's own ship as drawn, and the tick it is predicted for (0: it is not). */
  get own() {
    return app.match.own;
  },
};

app.start();
