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
};

app.start();
