import { listOf } from "./payload.js";

/** Lobbies kept of a watched list. */
const MAX_LISTED = 10_000;

/** @typedef {import("../types/lobby.js").Summary} Summary */

/**
 * The list of lobbies, kept up to date by the server's changes. List and changes are numbered: a list
 * holds every change up to its own number, so changes that overtake it are kept until it is there.
 */
export class Watchlist {
  /** @type {Map<string, Summary>} */
  #byId = new Map();
  /** @type {Map<string, {rev: number, summary: Summary | null}>} newest early change of each lobby */
  #early = new Map();
  #rev = 0;

  /** The whole list is being asked for. */
  expect() {
    this.#early.clear();
  }

  /** @param {any} payload of the reply to `watch`: the whole list */
  replace(payload) {
    this.#rev = Number(payload?.rev);
    this.#byId.clear();
    for (const summary of listOf(payload?.lobbies)) this.#put(summary?.id, summary);
    for (const [id, { rev, summary }] of this.#early) {
      if (rev > this.#rev) this.#put(id, summary);
    }
    this.#early.clear();
  }

  /**
   * @param {any} payload of a `list` event: what changed
   * @param {boolean} whole whether the whole list is there to be changed
   */
  merge(payload, whole) {
    const rev = Number(payload?.rev);
    if (whole && rev <= this.#rev) return;
    const put = whole
      ? (/** @type {any} */ id, /** @type {any} */ summary) => this.#put(id, summary)
      : (/** @type {any} */ id, /** @type {any} */ summary) => {
          if (this.#early.size < MAX_LISTED) this.#early.set(id, { rev, summary });
        };
    for (const id of listOf(payload?.removed)) put(id, null);
    for (const summary of listOf(payload?.upsert)) put(summary?.id, summary);
  }

  /** @returns {Summary[]} an array of its own; lobbies keep their places in it */
  list() {
    return [...this.#byId.values()];
  }

  /** @param {any} id @param {Summary | null} summary null for a lobby that is gone */
  #put(id, summary) {
    if (summary === null) this.#byId.delete(id);
    else if (typeof id === "string" && (this.#byId.size < MAX_LISTED || this.#byId.has(id))) {
      this.#byId.set(id, summary);
    }
  }
}
