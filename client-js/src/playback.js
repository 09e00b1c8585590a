/** A difference this large, in milliseconds, is jumped over instead of being walked off. */
const JUMP = 250;
/** How fast the offset is moved, in milliseconds per millisecond: 5 % is not seen. */
const SLEW = 0.05;
/** Silence of so many milliseconds may be that of a sleep or a clock that leapt: what was known of the clocks counts no more. */
const SILENCE = 1000;
/** The least arrival time is looked for over one to two of these, in milliseconds. */
const WINDOW = 1000;

/**
 * Which tick to show now. The quickest arrivals of the last second say how the server's ticks lie on
 * our clock; late ones (jitter, stalls) do not move it. The shown tick never goes back.
 */
export class Playback {
  #tickMs;
  /** Our time of the server's tick 0, if every snapshot came as quickly as the quickest. */
  #offset = Number.NaN;
  #best = Number.POSITIVE_INFINITY;
  #bestBefore = Number.POSITIVE_INFINITY;
  #windowEnd = 0;
  #observedAt = 0;
  #lastNow = 0;
  /** What was shown last: no tick beyond the newest snapshot. */
  #lastTick = 0;
  #newest = 0;

  /** @param {number} tickMs length of a tick, in milliseconds */
  constructor(tickMs) {
    this.#tickMs = tickMs;
  }

  reset() {
    this.#offset = Number.NaN;
    this.#best = Number.POSITIVE_INFINITY;
    this.#bestBefore = Number.POSITIVE_INFINITY;
    this.#lastTick = this.#newest = 0;
  }

  /**
   * @param {number} tick of a snapshot
   * @param {number} now when it arrived, in milliseconds
   */
  observe(tick, now) {
    const isAfresh = now - this.#observedAt > SILENCE;
    this.#observedAt = now;
    if (now >= this.#windowEnd) {
      this.#bestBefore = isAfresh ? Number.POSITIVE_INFINITY : this.#best;
      this.#best = Number.POSITIVE_INFINITY;
      this.#windowEnd = now + WINDOW;
    }
    this.#best = Math.min(this.#best, now - tick * this.#tickMs);
    this.#newest = tick;
  }

  /**
   * @param {number} tick of a snapshot that came
   * @param {number} now in milliseconds
   * @returns {number} how long ago it would have come as quickly as the quickest, in milliseconds: with a delay of as much
   *   it is the tick to show
   */
  ageOf(tick, now) {
    const offset = Number.isNaN(this.#offset)
      ? Math.min(this.#best, this.#bestBefore)
      : this.#offset;
    return now - offset - tick * this.#tickMs;
  }

  /** @param {number} now in milliseconds @param {number} way of a snapshot that comes quickly @returns {number} with its fraction */
  serverTick(now, way) {
    return (this.ageOf(0, now) + way) / this.#tickMs;
  }

  /**
   * @param {number} now in milliseconds
   * @param {number} delayMs how far in the past to be
   * @returns {number} a tick with its fraction
   */
  tickAt(now, delayMs) {
    const aim = Math.min(this.#best, this.#bestBefore);
    const off = aim - this.#offset;
    // Not a number at first, which is no smaller than JUMP either.
    if (!(Math.abs(off) <= JUMP)) {
      this.#offset = aim;
    } else {
      const most = SLEW * Math.max(0, now - this.#lastNow);
      this.#offset += Math.min(most, Math.max(-most, off));
    }
    this.#lastNow = now;
    const tick = Math.max(this.#lastTick, (now - delayMs - this.#offset) / this.#tickMs);
    // After a leap of a clock there may be nothing to show for long, and then it is to be as before.
    this.#lastTick = Math.min(tick, this.#newest);
    return tick;
  }
}
