/** @typedef {"ws" | "http"} Transport */

/** A WebSocket that has not opened within so many milliseconds is taken to be blocked, unless one has opened before. */
const FALLBACK_AFTER = 3000;

/** Decides over what the next dial goes, from how the earlier ones went. */
export class Transports {
  #allowed;
  /** @type {Transport} */
  #now;
  /** Whether the present transport has ever carried a welcome. */
  #proven = { ws: false, http: false };

  /** @param {Transport[]} allowed at least one */
  constructor(allowed) {
    this.#allowed = allowed;
    this.#now = allowed[0];
  }

  /** Over what to dial next, or what is dialled. */
  get now() {
    return this.#now;
  }

  /** How long a dial may take. @param {number} dialTimeout */
  patience(dialTimeout) {
    const isGuess = this.#now === "ws" && this.#allowed.length > 1 && !this.#proven.ws;
    return isGuess ? Math.min(FALLBACK_AFTER, dialTimeout) : dialTimeout;
  }

  /**
   * A dial got no answer.
   * @returns {boolean} whether another transport is to be tried at once
   */
  failed() {
    if (this.#allowed.length < 2) return false;
    const wasFirst = this.#now === this.#allowed[0];
    const proven = this.#proven[this.#now];
    this.#now = this.#now === "ws" ? "http" : "ws";
    // The other one was tried just before, or the network is down and it would fare no better.
    return wasFirst && !proven;
  }

  /** The present transport carried a welcome. @returns {boolean} whether a WebSocket is to be tried beside it */
  welcomed() {
    this.#proven[this.#now] = true;
    return this.#now === "http" && this.#allowed.includes("ws");
  }

  /** A WebSocket has opened after all. */
  upgraded() {
    this.#now = "ws";
  }
}
