const MOST = 9; // CSS pixels at full strength
const FADES = 2.4; // of the strength in a second

/**
 * How far the picture is pushed about by what happens near: strength is added by events, fades by itself, and counts
 * squared, so that a small knock is hardly felt and a blast is. Two sines of no common period stand in for noise.
 */
export class Shake {
  x = 0; // CSS pixels
  y = 0;
  #strength = 0; // 0 to 1

  /** @param {number} strength 0 to 1 */
  add(strength) {
    this.#strength = Math.min(1, this.#strength + strength);
  }

  stop() {
    this.#strength = this.x = this.y = 0;
  }

  /**
   * @param {number} dt seconds since the last frame
   * @param {number} now ms
   * @param {boolean} still whether less motion was asked for: then there is none
   */
  advance(dt, now, still) {
    this.#strength = still ? 0 : Math.max(0, this.#strength - FADES * dt);
    const far = MOST * this.#strength ** 2;
    this.x = far * Math.sin(now * 0.067) * Math.cos(now * 0.0131);
    this.y = far * Math.sin(now * 0.0573 + 1.7) * Math.cos(now * 0.0171);
  }
}
