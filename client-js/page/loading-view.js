import { byId, setText } from "./dom.js";
import { awayWords } from "./words.js";

/** What is shown before there is anything to show: that the page is connecting, or why that takes so long. */
export class LoadingView {
  #again = byId("loading-again");

  /** @param {() => void} again tries at once */
  constructor(again) {
    this.#again.addEventListener("click", again);
    addEventListener("offline", () => this.#say(this.#status));
    addEventListener("online", () => this.#say(this.#status));
  }

  #status = { state: "connecting", attempt: 0, inMs: 0, code: 0 };

  /** @param {any} status of the client */
  show(status) {
    // A first try that is on its way says nothing yet; what the one before it met stays said.
    if (status.state === "connecting" && this.#status.state === "waiting") return;
    this.#status = status;
    this.#say(status);
  }

  #say(status) {
    const words = awayWords(status, navigator.onLine);
    setText(byId("loading-title"), words[0]);
    setText(byId("loading-text"), words[1]);
    this.#again.hidden = status.state !== "waiting";
  }
}
