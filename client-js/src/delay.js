import { MOST_FIXED, START } from "./delays.js";

/** What the delay is kept to unless it is fixed, in milliseconds. */
const LEAST = 50;
const MOST = 400;
/** Over how long gaps are averaged, in milliseconds. */
const MEMORY = 3000;
/** Mean deviations that are added to the mean. */
const DEVIATIONS = 3;
/** Added to both, in milliseconds: a frame of a 60 Hz screen. */
const MARGIN = 17;
/** Stalls that came again within one to two of these are waited out, in milliseconds. */
const RECALL = 5000;
/** A gap longer than this, in milliseconds, says nothing of the line: one of both sides slept. */
const ASLEEP = 1000;
/** How fast the delay grows and shrinks, in milliseconds per millisecond: what is shown runs that much slower and faster, and is not seen to. */
const GROWS = 0.1;
const SHRINKS = 0.05;

/**
 * How far in the past a view has to be to lie between two snapshots: as far as the newest one is old when the next
 * arrives, which is the gap between their ticks and what the next was late. The mean of that and some
 * mean deviations, as TCP reckons how long to wait (RFC 6298, section 2), only that each gap counts by how long
 * it lasted, so that a burst after a stall does not outvote the stall.
 *
 * Stalls of a line that loses something now and then are too rare for a deviation to tell, and too frequent to be borne: the second
 * longest of the last seconds is waited for as well. A single one is not.
 */
export class Delay {
  /** @type {number | null} */
  #fixed = null;
  // Together START, until there is more to go by.
  #mean = 41;
  #deviation = 14;
  /** The two greatest ages, the greater first, since a time and in as long before it. */
  #peaks = [0, 0];
  #peaksBefore = [0, 0];
  #recalled = 0;
  #present = START;
  #lastNow = Number.POSITIVE_INFINITY;

  /** In milliseconds. */
  get ms() {
    return this.#fixed ?? this.#present;
  }

  /** @param {number} ms 0 to 500; more counts as 500. From now on it is this, at once. */
  fix(ms) {
    if (!(ms >= 0)) throw new RangeError("delayMs must be 0 or more");
    this.#fixed = Math.min(ms, MOST_FIXED);
  }

  /**
   * A snapshot arrived.
   * @param {number} age how old the one before it was by then, on the clock that the view goes by, in milliseconds
   * @param {number} elapsed milliseconds since that one arrived
   */
  observe(age, elapsed) {
    if (elapsed > ASLEEP) return;
    const passed = Math.max(0, elapsed);
    const weight = 1 - Math.exp(-passed / MEMORY);
    const aged = Math.min(Math.max(age, 0), MOST);
    // What a stall held up comes at its end all at once, each as a stall's length less: that is one stall.
    this.#recall(passed > aged / 2 ? aged : 0, passed);
    const off = aged - this.#mean;
    this.#deviation += weight * (Math.abs(off) - this.#deviation);
    this.#mean += weight * off;
  }

  /** @param {number} age @param {number} passed */
  #recall(age, passed) {
    this.#recalled += passed;
    if (this.#recalled >= RECALL) {
      this.#peaksBefore = this.#recalled < 2 * RECALL ? this.#peaks : [0, 0];
      this.#peaks = [0, 0];
      this.#recalled = 0;
    }
    const peaks = this.#peaks;
    if (age > peaks[0]) this.#peaks = [age, peaks[0]];
    else if (age > peaks[1]) peaks[1] = age;
  }

  /** The second greatest age of the last seconds. */
  get #again() {
    const [a, b] = [this.#peaks, this.#peaksBefore];
    return Math.max(a[1], b[1], Math.min(a[0], b[0]));
  }

  /**
   * Moves towards what was measured.
   * @param {number} now in milliseconds
   * @returns {number} the delay in milliseconds
   */
  at(now) {
    const usual = this.#mean + DEVIATIONS * this.#deviation;
    const wanted = Math.max(usual, this.#again) + MARGIN;
    const off = Math.min(MOST, Math.max(LEAST, wanted)) - this.#present;
    const elapsed = Math.max(0, now - this.#lastNow);
    this.#lastNow = now;
    this.#present += Math.min(GROWS * elapsed, Math.max(-SHRINKS * elapsed, off));
    return this.ms;
  }
}
