/** Requests that may wait for a reply at the same time. */
const MAX_PENDING = 256;

/**
 * Why a request failed: the server's code (protocol section 4), or one of ours: `timeout`, `dropped`
 * (no connection, or it ended), `too-many` (waiting already), `too-big`, `bad-payload`.
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

/** @typedef {{resolve: (payload: any) => void, reject: (e: RequestError) => void, timer: any}} Pending */

/** Requests waiting for their replies. None waits forever, none outlives its connection. */
export class Requests {
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  #lastId = 0;
  #timers;

  /** @param {import("./options.js").Timers} timers */
  constructor(timers) {
    this.#timers = timers;
  }

  /**
   * @param {(id: number) => void} send throws a RequestError when it cannot
   * @param {number} timeout in milliseconds
   * @returns {Promise<any>} the reply's payload
   */
  add(send, timeout) {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= MAX_PENDING) {
        throw new RequestError("too-many", "", "too many requests wait for a reply");
      }
      this.#lastId = (this.#lastId % 0x7fffffff) + 1;
      const id = this.#lastId;
      send(id);
      const timer = this.#timers.setTimeout(() => {
        this.#pending.delete(id);
        reject(new RequestError("timeout", "", `no reply within ${timeout} ms`));
      }, timeout);
      this.#pending.set(id, { resolve, reject, timer });
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

  /** Rejects all that wait. */
  drop() {
    const dropped = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, timer } of dropped) {
      this.#timers.clearTimeout(timer);
      reject(new RequestError("dropped", "", "the connection ended before the reply"));
    }
  }
}
