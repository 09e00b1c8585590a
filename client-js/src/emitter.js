/** @typedef {(...args: any[]) => void} Handler */

/**
 * Named events. A handler that throws stops neither the others nor whoever emits: its error goes to
 * `report`.
 */
export class Emitter {
  /** @type {Map<string, readonly Handler[]>} lists are replaced, never changed, so emitting is safe */
  #handlers = new Map();
  #report;

  /** @param {(error: unknown) => void} report */
  constructor(report) {
    this.#report = report;
  }

  /**
   * @param {string} name
   * @param {Handler} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    if (typeof handler !== "function") throw new TypeError("a handler must be a function");
    const entry = /** @type {Handler} */ ((a, b, c, d) => handler(a, b, c, d));
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), entry]);
    return () => {
      const rest = (this.#handlers.get(name) ?? []).filter((h) => h !== entry);
      if (rest.length > 0) this.#handlers.set(name, rest);
      else this.#handlers.delete(name);
    };
  }

  /** @param {string} name */
  has(name) {
    return this.#handlers.has(name);
  }

  /**
   * @param {string} name
   * @param {any} [a]
   * @param {any} [b]
   * @param {any} [c]
   * @param {any} [d]
   */
  emit(name, a, b, c, d) {
    const handlers = this.#handlers.get(name);
    if (handlers === undefined) return;
    for (let i = 0; i < handlers.length; i++) this.call(handlers[i], a, b, c, d);
  }

  /**
   * Calls one handler with the same care, for what is replayed to a newcomer.
   * @param {Handler} handler
   * @param {any} [a]
   * @param {any} [b]
   * @param {any} [c]
   * @param {any} [d]
   */
  call(handler, a, b, c, d) {
    try {
      handler(a, b, c, d);
    } catch (error) {
      this.#report(error);
    }
  }
}
