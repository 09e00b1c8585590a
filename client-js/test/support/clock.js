/** A clock that stands until it is moved. Its timers fire in order of their time. */
export class FakeClock {
  /** Timers fire at whole multiples of so many milliseconds only, as those of a hidden tab do. */
  coarse = 0;

  #now = 1000;
  #nextId = 1;
  /** @type {Map<number, {at: number, fn: () => void}>} */
  #timers = new Map();

  now = () => this.#now;

  /** @param {() => void} fn @param {number} ms */
  setTimeout = (fn, ms) => {
    const id = this.#nextId++;
    const at = this.#now + Math.max(0, ms);
    this.#timers.set(id, {
      at: this.coarse > 0 ? Math.ceil(at / this.coarse) * this.coarse : at,
      fn,
    });
    return id;
  };

  /** @param {any} id */
  clearTimeout = (id) => {
    this.#timers.delete(id);
  };

  get pending() {
    return this.#timers.size;
  }

  /** @param {number} ms moves the clock and fires what is due on the way */
  advance(ms) {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#earliest();
      if (due === undefined || due[1].at > until) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].fn();
    }
    this.#now = until;
  }

  /** @param {number} ms moves the clock as a sleep does: timers fire late, all at the end */
  sleep(ms) {
    this.#now += ms;
    this.advance(0);
  }

  /** @param {number} ms moves the clock alone, as when it is put forward: no time has passed for anybody else */
  leap(ms) {
    this.#now += ms;
  }

  #earliest() {
    /** @type {[number, {at: number, fn: () => void}] | undefined} */
    let best;
    for (const entry of this.#timers) {
      if (best === undefined || entry[1].at < best[1].at) best = entry;
    }
    return best;
  }
}

/**
 * A small seeded generator (mulberry32), so that a failure can be had again.
 * @param {number} seed
 * @returns {() => number} uniform in [0, 1)
 */
export function seeded(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
