/** Slack aimed at, in milliseconds. */
const TARGET = 15;
/** Milliseconds of reports that are looked at, and which part of them may have less slack than is aimed at: outliers, as of a stall. */
const WINDOW = 2000;
const OUTLIERS = 0.02;
/** A correction larger than this, in milliseconds, is made at once instead of tick by tick. */
const JUMP = 250;
/** Parts of a tick that one tick gives to a correction, to send earlier and later. */
const HURRY = 0.1;
const LINGER = 0.05;
/** Longest wait for the first report after a start, beyond the round trip, in milliseconds. */
const SETTLE = 1000;
/** Ticks of which it is known when they were sent. */
const KEPT = 256;
/** Ticks that are made up for after a pause; older ones are left out. */
const CATCH_UP = 4;

/**
 * Decides when the input of which tick is sent, so that it reaches the server a little before its
 * tick is due: one input per tick, at `origin + tick * tickMs`. The slack that the server reports of an input and the origin by which that was
 * sent say together how long the way is; nearly all of the last two seconds' inputs are to be in time. The origin moves there by a tenth of
 * a tick each tick at most, so that nobody sees what is predicted run faster; at once only after a start, and over more than a quarter of a second.
 */
export class Pacer {
  /** Tick of the next input. */
  next = 0;

  #tickMs;
  #origin = 0;
  /** The origin that each of the last ticks was sent by; the start's for one that was not: a ring. */
  #origins = new Float64Array(KEPT);
  /** Origins with which the inputs of the last reports would have had no slack: a ring of what was reported since the start. */
  #limits;
  #reports = 0;
  /** The origin with which nearly all inputs have the slack that is aimed at. */
  #wanted = 0;
  /** Slack says nothing of the present origin before an input of this tick is consumed, or until then. */
  #deafTick = 0;
  #deafUntil = 0;
  /** When inputs were last not too far ahead, and when a snapshot came last. */
  #nearAt = 0;
  #seenAt = 0;

  /** @param {number} tickMs length of a tick, in milliseconds */
  constructor(tickMs) {
    this.#tickMs = tickMs;
    this.#limits = new Float64Array(Math.ceil(WINDOW / tickMs));
  }

  /**
   * @param {number} now in milliseconds
   * @param {number} tick the server's, as its newest snapshot has just told (with a fraction for the
   *   time since)
   * @param {number} rtt in milliseconds
   */
  start(now, tick, rtt) {
    const lead = this.#leadOver(tick, rtt);
    this.#origin = this.#wanted = now - lead * this.#tickMs;
    this.#origins.fill(this.#origin);
    this.next = Math.ceil(lead);
    this.#nearAt = now;
    this.#reports = 0;
    this.#deafTick = this.next;
    this.#deafUntil = now + rtt + SETTLE;
  }

  /** The tick to send an input for when a snapshot comes. @param {number} tick of the snapshot @param {number} rtt */
  #leadOver(tick, rtt) {
    return tick + (rtt + TARGET) / this.#tickMs;
  }

  /** When the next input is to be sent, in milliseconds. */
  get nextAt() {
    return this.#origin + this.next * this.#tickMs;
  }

  /**
   * @param {number} now in milliseconds
   * @returns {number} the tick whose input is due now, with a fraction
   */
  tickAt(now) {
    return (now - this.#origin) / this.#tickMs;
  }

  /**
   * @param {number} now in milliseconds
   * @returns {number} the tick to send an input for, or 0 when none is due
   */
  take(now) {
    const late = now - this.nextAt;
    // Timers keep whole milliseconds; half of one too early is on time.
    if (late < -0.5) return 0;
    if (late > CATCH_UP * this.#tickMs) this.next += Math.floor(late / this.#tickMs);
    const off = this.#wanted - this.#origin;
    this.#origin += Math.min(LINGER * this.#tickMs, Math.max(-HURRY * this.#tickMs, off));
    this.#origins[this.next % KEPT] = this.#origin;
    return this.next++;
  }

  /**
   * @param {number} now in milliseconds
   * @param {{tick: number, slack: number, input: number}} snapshot its tick, the slack it reports in
   *   milliseconds, and the newest input consumed
   * @param {number} rtt in milliseconds
   * @param {number} reach ticks ahead for which the server takes inputs
   */
  observe(now, { tick, slack, input }, rtt, reach) {
    // Snapshots from before a sleep, which are read after it, say nothing of how far ahead inputs are.
    if (this.next <= tick + reach || now - this.#seenAt > SETTLE) this.#nearAt = now;
    this.#seenAt = now;
    const isDeaf = this.#reports === 0 && input < this.#deafTick && now < this.#deafUntil;
    // The next input is for a tick that was run, or for one too far ahead for long: the machine slept, or a clock leapt. Or there is a
    // newer snapshot than it was begun from, which came more quickly, or is not from before a sleep.
    const isLate = isDeaf && this.tickAt(now) < this.#leadOver(tick, rtt) - 1;
    if (this.next < tick || now - this.#nearAt > SETTLE || isLate) {
      this.start(now, tick, rtt);
      return;
    }
    if (isDeaf) return;
    // It was the newest input by then, so it is for so many ticks after the snapshot's as fit into its slack.
    const newest = Math.min(tick + Math.max(0, Math.floor(slack / this.#tickMs)), this.next - 1);
    this.#limits[this.#reports++ % this.#limits.length] = this.#origins[newest % KEPT] + slack;
    this.#wanted = this.#latest() - TARGET;
    if (this.#reports === 1 || Math.abs(this.#wanted - this.#origin) > JUMP) {
      this.#origin = this.#wanted;
    }
  }

  /** The latest origin with which nearly all inputs would be in time. */
  #latest() {
    const sorted = this.#limits.slice(0, this.#reports).sort();
    return sorted[Math.floor(sorted.length * OUTLIERS)];
  }
}
