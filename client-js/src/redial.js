import { backoffCap, jittered } from "./backoff.js";
import { closeInfo } from "./codes.js";

/** A link that lived at least this long, in milliseconds, was a good one. */
const GOOD_LINK = 5000;
/** So many links in a row may die younger and still be followed by an immediate dial. */
const SHORT_LINKS = 3;

/**
 * Decides what follows the end of a link: dial at once after a cut, wait longer and longer while
 * dialling fails, do what the close code says. A server that welcomes and drops us again and again
 * is treated as failing too.
 */
export class Redial {
  /** Failed attempts since the last welcome; 0 means the next dial is immediate. */
  attempt = 0;
  #short = 0;
  #random;

  /** @param {() => number} random uniform in [0, 1) */
  constructor(random) {
    this.#random = random;
  }

  /**
   * @param {number} code the close code; 1006 for a link that was lost without one
   * @param {number} upMs how long the link was welcomed for, -1 if it never was
   * @returns {{retry: import("./codes.js").Retry, waitMs: number}}
   */
  after(code, upMs) {
    const { retry, waitMs } = closeInfo(code);
    if (upMs < 0) {
      this.attempt++;
    } else {
      this.#short = upMs < GOOD_LINK ? this.#short + 1 : 0;
      this.attempt = Math.max(0, this.#short - SHORT_LINKS);
    }
    const cap = Math.max(waitMs, this.attempt > 0 ? backoffCap(this.attempt) : 0);
    return { retry, waitMs: jittered(cap, this.#random) };
  }
}
