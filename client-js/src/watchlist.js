/** Lobbies kept of a watched list. */
const MAX_LISTED = 10_000;

/** @typedef {{id: string, [key: string]: any}} Summary */

/** The list of lobbies, kept up to date by the server's changes. */
export class Watchlist {
  /** @type {Map<string, Summary>} */
  #byId = new Map();
  /** @type {Map<string, Summary | null>} what changed since the whole list was asked for */
  #since = new Map();

  /** The whole list is being asked for: changes that overtake it are kept to be applied to it. */
  expect() {
    this.#since.clear();
  }

  /** @param {any} payload of the reply to `watch`: the whole list */
  replace(payload) {
    this.#byId.clear();
    if (Array.isArray(payload?.lobbies)) for (const s of payload.lobbies) this.#put(s?.id, s);
    for (const [id, summary] of this.#since) this.#put(id, summary);
    this.#since.clear();
  }

  /**
   * @param {any} payload of a `list` event: what changed
   * @param {boolean} whole whether the list is complete but for this
   */
  merge(payload, whole) {
    const into = whole ? null : this.#since;
    if (Array.isArray(payload?.removed))
      for (const id of payload.removed) this.#put(id, null, into);
    if (Array.isArray(payload?.upsert)) for (const s of payload.upsert) this.#put(s?.id, s, into);
  }

  /** @returns {Summary[]} an array of its own; lobbies keep their places in it */
  list() {
    return [...this.#byId.values()];
  }

  /**
   * @param {any} id
   * @param {Summary | null} summary null for a lobby that is gone
   * @param {Map<string, Summary | null> | null} [since]
   */
  #put(id, summary, since = null) {
    if (typeof id !== "string") return;
    /** @type {Map<string, Summary | null>} */
    const map = since ?? this.#byId;
    if (summary === null && since === null) map.delete(id);
    else if (map.size < MAX_LISTED || map.has(id)) map.set(id, summary);
  }
}
