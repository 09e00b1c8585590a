/** Parts a second is counted in; one more is being filled and not yet told. */
const PARTS = 8;

/** Counts what happened within the last whole second, up to an eighth of a second ago. */
export class Rate {
  #counts = new Float64Array(PARTS + 1);
  #part = 0;

  /**
   * @param {number} now in milliseconds
   * @param {number} n
   */
  add(now, n) {
    this.#advance(now);
    this.#counts[this.#part % this.#counts.length] += n;
  }

  /**
   * @param {number} now in milliseconds
   * @returns {number} the sum over a second
   */
  read(now) {
    this.#advance(now);
    const present = this.#part % this.#counts.length;
    return this.#counts.reduce((sum, n, i) => (i === present ? sum : sum + n), 0);
  }

  /** @param {number} now */
  #advance(now) {
    const part = Math.floor((now * PARTS) / 1000);
    const { length } = this.#counts;
    const passed = Math.min(part - this.#part, length);
    for (let i = 0; i < passed; i++) this.#counts[(part - i) % length] = 0;
    if (part > this.#part) this.#part = part;
  }
}
