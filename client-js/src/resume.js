/**
 * What is kept to come back: the newest resume token and the newest event handled. In `"tab"` mode
 * it is also in the tab's storage, so that it survives a reload; a storage that refuses is done
 * without. The token leaves this place only inside a `hello`.
 */
export class ResumeState {
  /** @type {string | null} */
  token = null;
  /** Highest event sequence number handled. */
  seq = 0;
  /** Highest id of a request that the server was to run once; in the tab's storage too, since a reloaded page goes on after it. */
  request = 0;
  /** Whether the token was found in the storage and no welcome has followed yet. */
  stored = false;

  #keeps;
  #storage;
  #key;

  /**
   * @param {"memory" | "tab" | "off"} mode
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined} storage
   * @param {string} key of the entry in the storage
   */
  constructor(mode, storage, key) {
    this.#keeps = mode !== "off";
    this.#storage = mode === "tab" ? storage : undefined;
    this.#key = key;
    const token = this.#try((s) => s.getItem(key)) ?? null;
    if (token === null) return;
    this.token = token;
    this.seq = Number(this.#try((s) => s.getItem(`${key}.seq`))) || 0;
    this.request = Number(this.#try((s) => s.getItem(`${key}.request`))) || 0;
    this.stored = true;
  }

  /** @param {string} token */
  keep(token) {
    this.stored = false;
    if (!this.#keeps) return;
    this.token = token;
    this.#try((s) => s.setItem(this.#key, token));
  }

  /** @param {number} seq */
  handled(seq) {
    this.seq = seq;
    this.#try((s) => s.setItem(`${this.#key}.seq`, String(seq)));
  }

  /** @param {number} id */
  requested(id) {
    this.request = id;
    this.#try((s) => s.setItem(`${this.#key}.request`, String(id)));
  }

  /** Forgets the token; in the storage only if it is ours and not a newer client's. */
  forget() {
    if (this.#try((s) => s.getItem(this.#key)) === this.token) {
      this.#try((s) => s.removeItem(this.#key));
      this.#try((s) => s.removeItem(`${this.#key}.seq`));
      this.#try((s) => s.removeItem(`${this.#key}.request`));
    }
    this.token = null;
    this.seq = 0;
    this.stored = false;
  }

  /**
   * @template T
   * @param {(s: Pick<Storage, "getItem" | "setItem" | "removeItem">) => T} use
   * @returns {T | undefined}
   */
  #try(use) {
    if (this.#storage === undefined) return undefined;
    try {
      return use(this.#storage);
    } catch {
      this.#storage = undefined;
      return undefined;
    }
  }
}
