/** How often the watch looks, in milliseconds. */
const LOOK_EVERY = 250;
/** A look that comes later than this says the machine slept or the tab was throttled, not the peer. */
const LATE_LOOK = 1500;
/** Silence after which the link is given up, in milliseconds. */
const SILENCE = 2000;

/**
 * Keeps one link honest: pings at the pace the server asked for, and gives the link up when nothing
 * was heard for 2 s (or two and a half pings, whichever is longer). What is heard may send the ping
 * as well as the timer, since browsers throttle the timers of hidden tabs but not their messages.
 */
export class Heartbeat {
  #timers;
  #ping;
  #dead;
  #pingEvery = 1000;
  #heardAt = 0;
  #pingedAt = 0;
  #lookedAt = 0;
  /** @type {any} */
  #timer = null;

  /**
   * @param {import("./options.js").Timers} timers
   * @param {(now: number) => void} ping
   * @param {() => void} dead
   */
  constructor(timers, ping, dead) {
    this.#timers = timers;
    this.#ping = ping;
    this.#dead = dead;
  }

  /** @param {number} pingEvery in milliseconds; at least 100 is kept to */
  start(pingEvery) {
    this.stop();
    this.#pingEvery = Math.max(100, pingEvery);
    this.#lookedAt = this.#heardAt = this.#timers.now();
    this.#pingNow(this.#heardAt);
    this.#arm();
  }

  stop() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** @param {number} now a message came */
  heard(now) {
    this.#heardAt = now;
    if (this.#timer !== null && now - this.#pingedAt >= this.#pingEvery) this.#pingNow(now);
  }

  #arm() {
    this.#timer = this.#timers.setTimeout(() => this.#look(), LOOK_EVERY);
  }

  #look() {
    const now = this.#timers.now();
    this.#arm();
    if (now - this.#lookedAt > LATE_LOOK) {
      // Messages may lie unread behind this very timer: ask once more before judging.
      this.#heardAt = now;
      this.#pingNow(now);
    } else if (now - this.#heardAt > Math.max(SILENCE, 2.5 * this.#pingEvery)) {
      this.stop();
      this.#dead();
    } else if (now - this.#pingedAt >= this.#pingEvery) {
      this.#pingNow(now);
    }
    this.#lookedAt = now;
  }

  /** @param {number} now */
  #pingNow(now) {
    this.#pingedAt = now;
    this.#ping(now);
  }
}
