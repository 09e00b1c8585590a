/** @typedef {"ws" | "http"} Transport */

/** A WebSocket that has not opened within so many milliseconds is taken to be blocked, unless one has opened before. */
const FALLBACK_AFTER = 3000;
/** On HTTP, a WebSocket is tried again after so many milliseconds, and then after twice as many each time, up to a limit. */
const UPGRADE_AFTER = 10_000;
const UPGRADE_AFTER_MOST = 300_000;

/** Decides over what the next dial goes, from how the earlier ones went. */
export class Transports {
  #allowed;
  /** @type {Transport} */
  #now;
  /** Whether the present transport has ever carried a welcome. */
  #proven = { ws: false, http: false };
  #upgradeAfter = UPGRADE_AFTER;

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

  /** The present transport carried a welcome. */
  welcomed() {
    this.#proven[this.#now] = true;
    if (this.#now === "ws") this.#upgradeAfter = UPGRADE_AFTER;
  }

  /** Milliseconds until a WebSocket is to be tried beside the present link, null for never. */
  upgradeIn() {
    if (this.#now === "ws" || !this.#allowed.includes("ws")) return null;
    const ms = this.#upgradeAfter;
    this.#upgradeAfter = Math.min(2 * ms, UPGRADE_AFTER_MOST);
    return ms;
  }

  /** A WebSocket has opened after all. */
  upgraded() {
    this.#now = "ws";
  }
}
