/** Requests that may wait for a reply at the same time. */
const MAX_PENDING = 256;

/**
 * Why a request failed: the server's code (protocol section 4), or one of ours: `timeout`, `dropped`
 * (no connection, or it ended), `too-many` (waiting already), `too-big`, `bad-payload`, and of an event
 * `full` and `closed`.
 */
export class RequestError extends Error {
  name = "RequestError";

  /**
   * @param {string} code
   * @param {string} field the payload's field that is wrong, or ""
   * @param {string} message
   */
  constructor(code, field, message) {
    super(message || code);
    this.code = code;
    this.field = field;
  }
}

/**
 * @template T
 * @param {() => T} encoded encodes what the application gave
 * @returns {T}
 * @throws {RequestError} `bad-payload`, when it cannot be encoded or is too big
 */
export function sendable(encoded) {
  try {
    return encoded();
  } catch (error) {
    throw new RequestError("bad-payload", "", /** @type {Error} */ (error).message);
  }
}

/**
 * @typedef {(id: number, within: number) => boolean} Say sends a request with so many milliseconds left; false when there is
 *   no connection; throws a RequestError when it cannot be sent at all
 * @typedef {{resolve: (payload: any) => void, reject: (e: RequestError) => void, timer: any, until: number, again: Say | null}} Pending
 */

/**
 * Requests waiting for their replies. None waits forever. None outlives its connection, but those that the server runs
 * once: they are said again.
 */
export class Requests {
  /** @type {Map<number, Pending>} by id, in the order of their ids */
  #pending = new Map();
  #lastId;
  #timers;
  #keep;

  /**
   * @param {import("./options.js").Timers} timers
   * @param {number} [lastId] the highest id that was used in this session for a request that runs once
   * @param {(id: number) => void} [keep] is told of every such id
   */
  constructor(timers, lastId = 0, keep = () => {}) {
    this.#timers = timers;
    this.#lastId = lastId;
    this.#keep = keep;
  }

  /** Uses up an id, for something else that must not have one twice in a session. */
  takeId() {
    this.#lastId = (this.#lastId % 0x7fffffff) + 1;
    this.#keep(this.#lastId);
    return this.#lastId;
  }

  /**
   * @param {Say} say
   * @param {number} timeout in milliseconds
   * @param {boolean} [once] whether it survives its connection
   * @returns {Promise<any>} the reply's payload
   */
  add(say, timeout, once = false) {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= MAX_PENDING) {
        throw new RequestError("too-many", "", "too many wait for a reply");
      }
      this.#lastId = (this.#lastId % 0x7fffffff) + 1;
      const id = this.#lastId;
      if (once) this.#keep(id);
      if (!say(id, timeout) && !once) throw new RequestError("dropped", "", "not connected");
      const timer = this.#timers.setTimeout(() => {
        this.#pending.delete(id);
        reject(new RequestError("timeout", "", `no reply within ${timeout} ms`));
      }, timeout);
      const until = this.#timers.now() + timeout;
      this.#pending.set(id, { resolve, reject, timer, until, again: once ? say : null });
    });
  }

  /** @param {import("./frames.js").Reply} reply one that came too late is of no use to anyone */
  settle({ id, error, payload }) {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#timers.clearTimeout(pending.timer);
    if (error === null) pending.resolve(payload);
    else pending.reject(new RequestError(...error));
  }

  /** Says again what may be said again: the session is back. */
  again() {
    const now = this.#timers.now();
    for (const [id, { again, until, timer, reject }] of [...this.#pending]) {
      try {
        again?.(id, Math.max(1, until - now));
      } catch (error) {
        this.#pending.delete(id);
        this.#timers.clearTimeout(timer);
        reject(/** @type {RequestError} */ (error));
      }
    }
  }

  /** Rejects all that wait. @param {boolean} [all] also those that may be said again, since their session is gone */
  drop(all = true) {
    for (const [id, { reject, timer, again }] of [...this.#pending]) {
      if (again !== null && !all) continue;
      this.#pending.delete(id);
      this.#timers.clearTimeout(timer);
      reject(new RequestError("dropped", "", "the connection ended"));
    }
  }
}
