const BUCKETS = 8;

/** Counts what happened within the last second, to an eighth of it. */
export class Rate {
  #counts = new Float64Array(BUCKETS);
  #slot = 0;

  /**
   * @param {number} now in milliseconds
   * @param {number} n
   */
  add(now, n) {
    this.#advance(now);
    this.#counts[this.#slot % BUCKETS] += n;
  }

  /**
   * @param {number} now in milliseconds
   * @returns {number} the sum over the last second
   */
  read(now) {
    this.#advance(now);
    let sum = 0;
    for (let i = 0; i < BUCKETS; i++) sum += this.#counts[i];
    return sum;
  }

  /** @param {number} now */
  #advance(now) {
    const slot = Math.floor((now * BUCKETS) / 1000);
    const passed = Math.min(slot - this.#slot, BUCKETS);
    for (let i = 1; i <= passed; i++) this.#counts[(slot - passed + i) % BUCKETS] = 0;
    if (slot > this.#slot) this.#slot = slot;
  }
}
