import { load, parts } from "./parts.js";

/** @typedef {(payload: any) => any} AskHandler may be async; what it returns is the answer, what it throws a refusal */

/** Who answers what the server asks. */
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
  async answer(ask, current) {
    const handler = this.#handlers.get(`${ask.channel} ${ask.name}`);
    try {
      const { answer } = parts.seldom ?? (await load("seldom"));
      await answer(ask, handler, current, this.#send, this.#report);
    } catch (error) {
      this.#report(error);
    }
  }
}
