import * as Kind from "./kinds.js";
import { RequestError } from "./requests.js";

/** @typedef {(payload: any) => any} AskHandler may be async; what it returns is the answer, what it throws a refusal */

/** Answers what the server asks. */
export class Asks {
  /** @type {Map<string, AskHandler>} by channel and name */
  #handlers = new Map();
  #send;
  #report;

  /**
   * @param {(frame: any[]) => boolean} send
   * @param {(error: unknown) => void} report is told of what a handler threw that is no RequestError
   */
  constructor(send, report) {
    this.#send = send;
    this.#report = report;
  }

  /**
   * @param {string} channel
   * @param {string} name
   * @param {AskHandler} handler the only one for this ask
   * @returns {() => void} takes the handler off again
   */
  on(channel, name, handler) {
    if (typeof handler !== "function") throw new TypeError("a handler must be a function");
    const key = `${channel} ${name}`;
    if (this.#handlers.has(key)) throw new TypeError(`${key} has a handler already`);
    this.#handlers.set(key, handler);
    return () => {
      if (this.#handlers.get(key) === handler) this.#handlers.delete(key);
    };
  }

  /**
   * @param {import("./frames.js").Ask} ask
   * @param {() => boolean} current whether the connection is still the one that asked
   */
  async answer({ id, channel, name, payload }, current) {
    /** @type {[string, string, string] | null} */
    let error = null;
    let answer = null;
    try {
      const handler = this.#handlers.get(`${channel} ${name}`);
      if (handler === undefined)
        throw new RequestError("unknown-request", "", "nobody answers that here");
      answer = (await handler(payload)) ?? null;
    } catch (thrown) {
      error = this.#refusal(thrown);
    }
    if (!current()) return;
    try {
      this.#send([Kind.ANSWER, id, error, answer]);
    } catch (unsendable) {
      this.#send([Kind.ANSWER, id, this.#refusal(unsendable), null]);
    }
  }

  /** @param {unknown} thrown @returns {[string, string, string]} what the server is told of it */
  #refusal(thrown) {
    if (thrown instanceof RequestError) return [thrown.code, thrown.field, thrown.message];
    this.#report(thrown);
    return ["internal", "", "a fault of the client"];
  }
}
