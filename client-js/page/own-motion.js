const MOST_AHEAD = 0.1; // seconds

/**
 * Where one's own things are drawn. Others are shown a little in the past, between two snapshots; a player's own ship
 * must answer at once, so it is drawn from the *newest* snapshot, carried forward by its velocity to the tick that is
 * being lived now. That tick is estimated from when snapshots arrive, smoothed, so that an early or late one does not
 * make the ship stutter. No rule is simulated here: what the server says next is what counts.
 */
export class OwnMotion {
  /** @type {number | null} */
  #offset = null; // ticks: live tick = offset + now * rate

  forget() {
    this.#offset = null;
  }

  /** A snapshot of `tick` arrived at `now` (ms). @param {number} tick @param {number} tickRate Hz @param {number} now */
  note(tick, tickRate, now) {
    const seen = tick - (now / 1000) * tickRate;
    if (this.#offset === null || Math.abs(seen - this.#offset) > tickRate / 4) this.#offset = seen;
    else this.#offset += (seen - this.#offset) * 0.06;
  }

  /**
   * How many seconds the shown moment lies after the snapshot of `tick`; slightly negative for an early one.
   * @param {number} tick @param {number} tickRate Hz @param {number} now ms
   */
  ahead(tick, tickRate, now) {
    if (this.#offset === null) return 0;
    const seconds = (this.#offset - tick) / tickRate + now / 1000;
    return Math.min(MOST_AHEAD, Math.max(-MOST_AHEAD / 3, seconds));
  }
}
