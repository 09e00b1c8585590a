/** Slack aimed at, and the band that is left alone, in milliseconds. */
const TARGET = 15;
const LOW = 5;
const HIGH = 35;
/** The least slack is looked for over so many milliseconds before inputs are sent later. */
const WINDOW = 1000;
/** A correction larger than this, in milliseconds, is made at once instead of tick by tick. */
const JUMP = 250;
/** Part of a tick that one tick gives to a correction. */
const SLEW = 0.05;
/** Longest wait for a correction to be seen, beyond the round trip, in milliseconds. */
const SETTLE = 1000;
/** Ticks that are made up for after a pause; older ones are left out. */
const CATCH_UP = 4;

/**
 * Decides when the input of which tick is sent, so that it reaches the server a little before its
 * tick is due: one input per tick, at `origin + tick * tickMs`. The slack that the server reports
 * moves the origin: at once when inputs come too late, by a twentieth of a tick each tick otherwise,
 * and after each move it waits until an input sent after it
 * was consumed, since slack reported earlier knows nothing of the move.
 */
export class Pacer {
  /** Tick of the next input. */
  next = 0;

  #tickMs;
  #origin = 0;
  /** What is left of a slow correction, in milliseconds; positive sends earlier. */
  #owed = 0;
  /** Slack says nothing of the last move before an input of this tick is consumed, or until then. */
  #deafTick = 0;
  #deafUntil = 0;
  /** When inputs were last not too far ahead. */
  #nearAt = 0;
  #least = Number.POSITIVE_INFINITY;
  #windowEnd = 0;

  /** @param {number} tickMs length of a tick, in milliseconds */
  constructor(tickMs) {
    this.#tickMs = tickMs;
  }

  /**
   * @param {number} now in milliseconds
   * @param {number} tick the server's, as its newest snapshot has just told (with a fraction for the
   *   time since)
   * @param {number} rtt in milliseconds
   */
  start(now, tick, rtt) {
    const lead = tick + (rtt + TARGET) / this.#tickMs;
    this.#origin = now - lead * this.#tickMs;
    this.next = Math.ceil(lead);
    this.#owed = 0;
    this.#nearAt = now;
    this.#listenAgain(now, rtt);
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
   * @param {number} rtt in milliseconds
   * @returns {number} the tick to send an input for, or 0 when none is due
   */
  take(now, rtt) {
    const late = now - this.nextAt;
    // Timers keep whole milliseconds; half of one too early is on time.
    if (late < -0.5) return 0;
    if (late > CATCH_UP * this.#tickMs) this.next += Math.floor(late / this.#tickMs);
    if (this.#owed !== 0) {
      const most = SLEW * this.#tickMs;
      const step = Math.min(most, Math.max(-most, this.#owed));
      this.#origin -= step;
      this.#owed -= step;
      if (this.#owed === 0) this.#listenAgain(now, rtt);
    }
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
    if (this.next <= tick + reach) this.#nearAt = now;
    // The next input is for a tick that was run: the machine slept, or the clocks jumped. That it is
    // too far ahead may only seem so while snapshots from before a sleep are read, so that must last.
    if (this.next < tick || now - this.#nearAt > SETTLE) {
      this.start(now, tick, rtt);
      return;
    }
    if (this.#owed !== 0 || (input < this.#deafTick && now < this.#deafUntil)) return;
    if (slack < LOW) {
      this.#move(TARGET - slack, slack < 0, now, rtt);
      return;
    }
    if (this.#least === Number.POSITIVE_INFINITY) this.#windowEnd = now + WINDOW;
    this.#least = Math.min(this.#least, slack);
    if (now < this.#windowEnd) return;
    if (this.#least > HIGH) this.#move(TARGET - this.#least, this.#least > JUMP, now, rtt);
    else this.#least = Number.POSITIVE_INFINITY;
  }

  /**
   * @param {number} earlier in milliseconds
   * @param {boolean} atOnce
   * @param {number} now
   * @param {number} rtt
   */
  #move(earlier, atOnce, now, rtt) {
    if (!atOnce) {
      this.#owed = earlier;
      return;
    }
    this.#origin -= earlier;
    this.#listenAgain(now, rtt);
  }

  /** @param {number} now @param {number} rtt */
  #listenAgain(now, rtt) {
    this.#deafTick = this.next;
    this.#deafUntil = now + rtt + SETTLE;
    this.#least = Number.POSITIVE_INFINITY;
  }
}
