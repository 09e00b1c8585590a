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
 * our clock; late ones (jitter, stalls) do not move it. What is asked for never goes back, but where a clock leapt or the server stood still: then
 * to as far beyond the newest snapshot as anything is shown, so nothing that was seen comes again.
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
  #asked = 0;
  #newest = 0;
  #beyond;

  /** @param {number} tickMs length of a tick, in milliseconds @param {number} beyond most ticks beyond the newest snapshot that are shown */
  constructor(tickMs, beyond) {
    this.#tickMs = tickMs;
    this.#beyond = beyond;
  }

  /** The tick that was asked for last, with its fraction; 0 before the first. */
  get asked() {
    return this.#asked;
  }

  /** What of it can be shown: it never goes back. */
  get shown() {
    return Math.min(this.#asked, this.#newest + this.#beyond);
  }

  reset() {
    this.#offset = Number.NaN;
    this.#best = Number.POSITIVE_INFINITY;
    this.#bestBefore = Number.POSITIVE_INFINITY;
    this.#asked = this.#newest = 0;
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
    // Not a number at first, which is no smaller than JUMP either.
    if (!(Math.abs(this.#aim - this.#offset) <= JUMP)) {
      this.#offset = this.#aim;
      this.#asked = this.shown;
    }
    this.#newest = tick;
  }

  /** What the offset moves to. */
  get #aim() {
    return Math.min(this.#best, this.#bestBefore);
  }

  /**
   * @param {number} tick of a snapshot that came
   * @param {number} now in milliseconds
   * @returns {number} how long ago it would have come as quickly as the quickest, in milliseconds: with a delay of as much
   *   it is the tick to show
   */
  ageOf(tick, now) {
    return now - this.#offset - tick * this.#tickMs;
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
    const most = SLEW * Math.max(0, now - this.#lastNow);
    this.#offset += Math.min(most, Math.max(-most, this.#aim - this.#offset));
    this.#lastNow = now;
    this.#asked = Math.max(this.#asked, (now - delayMs - this.#offset) / this.#tickMs);
    return this.#asked;
  }
}
