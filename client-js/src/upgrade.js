import { Link } from "./link.js";

/** A WebSocket that is tried beside a link over HTTP has so many milliseconds to open. */
const TRY_FOR = 5000;
/** One is tried after so many milliseconds on HTTP, and then after twice as many each time, up to a limit. */
const AFTER = 10_000;
const AFTER_MOST = 300_000;

/** Tries WebSockets beside links over HTTP, from when one is welcomed until one that is tried has opened. */
export class Upgrade {
  #settings;
  #timers;
  #stats;
  #handlers;
  #upgraded;
  #after = AFTER;
  /** @type {any} until the next try, or until it is given up */
  #timer = null;
  /** @type {Link | null} what is tried */
  #trial = null;

  /**
   * @param {import("./options.js").Settings} settings
   * @param {import("./stats.js").Stats} stats
   * @param {import("./link.js").LinkHandlers} handlers of a link that has opened
   * @param {(link: Link) => void} upgraded takes it
   */
  constructor(settings, stats, handlers, upgraded) {
    this.#settings = settings;
    this.#timers = settings.timers;
    this.#stats = stats;
    this.#handlers = handlers;
    this.#upgraded = upgraded;
  }

  /** Tries after a while. */
  later() {
    this.stop();
    this.#timer = this.#timers.setTimeout(() => this.#try(), this.#after);
    this.#after = Math.min(2 * this.#after, AFTER_MOST);
  }

  /** Tries nothing any more, until it is told to again. */
  stop() {
    this.#timers.clearTimeout(this.#timer);
    this.#trial?.drop();
    this.#trial = null;
  }

  #try() {
    const { WebSocket, url } = this.#settings;
    // Once it is handed over, what happens on it is the connection's.
    const handlers = {
      ...this.#handlers,
      open: () => {
        Object.assign(handlers, this.#handlers);
        this.#trial = null;
        this.stop();
        this.#upgraded(link);
      },
      down: (/** @type {number} */ _code) => this.later(),
    };
    const link = new Link(WebSocket, url, this.#stats, handlers);
    this.#trial = link;
    this.#timer = this.#timers.setTimeout(() => this.later(), TRY_FOR);
  }
}
