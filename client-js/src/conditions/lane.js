/** What goes over a direction beside a message's own bytes: headers of IP, TCP and a WebSocket frame. */
const HEADERS = 46;
/** What a loss takes beside the round trip in which it is noticed, in milliseconds: the segments behind it that tell of it. */
const NOTICED = 20;
/** The least time after which a segment that is lost again is sent once more, in milliseconds (Linux); it doubles with each loss. */
const TIMEOUT = 200;
const LOST_AGAIN_MOST = 6;
/** Bytes of a segment: each is lost by itself. */
const SEGMENT = 1460;

/**
 * @typedef {object} Item
 * @property {Lane} lane
 * @property {number} at when it was said, and once it has left, when it arrives
 * @property {number} bytes
 * @property {() => void} arrive
 */

/**
 * One direction of the line that all connections share: what is said leaves at the rate of the line, in the order in which it was said.
 */
export class Direction {
  /** What has left since the beginning, and how many losses held something up. */
  messages = 0;
  bytes = 0;
  stalls = 0;
  /** Bytes that have been said and have not left. */
  waiting = 0;
  /** Nothing leaves or arrives before, in milliseconds. */
  frozenUntil = 0;

  #options;
  #timers;
  #random;
  /** @type {Item[]} */
  #queue = [];
  /** When the line is done with what left last. */
  #freeAt = 0;
  /** @type {any} */
  #timer = null;

  /**
   * @param {() => Required<import("../conditions.js").Line>} options as they are now
   * @param {import("../conditions.js").Timers} timers
   * @param {() => number} random uniform in [0, 1)
   */
  constructor(options, timers, random) {
    this.#options = options;
    this.#timers = timers;
    this.#random = random;
  }

  get timers() {
    return this.#timers;
  }

  /** @param {Item} item */
  push(item) {
    this.#queue.push(item);
    this.waiting += item.bytes;
    this.serve();
  }

  /** Forgets what has not left of a lane. @param {Lane} lane */
  forget(lane) {
    this.#queue = this.#queue.filter((item) => item.lane !== lane);
    this.waiting = this.#queue.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Bytes of a lane that have not left. @param {Lane} lane */
  waitingOf(lane) {
    return this.#queue.reduce((sum, item) => sum + (item.lane === lane ? item.bytes : 0), 0);
  }

  /** Lets leave what has to have left by now. */
  serve() {
    const now = this.#timers.now();
    const { kbps } = this.#options();
    this.#timers.clearTimeout(this.#timer);
    while (this.#queue.length > 0) {
      const { at, bytes, lane } = this.#queue[0];
      const takes = kbps > 0 ? ((bytes + HEADERS) * 8) / kbps : 0;
      const left = Math.max(at, this.#freeAt, this.frozenUntil) + takes;
      if (left > now) {
        this.#timer = this.#timers.setTimeout(() => this.serve(), left - now);
        return;
      }
      const item = /** @type {Item} */ (this.#queue.shift());
      this.#freeAt = left;
      this.waiting -= bytes;
      this.messages++;
      this.bytes += bytes;
      lane.fly(item, left + this.#way(bytes));
    }
  }

  /** How long something is under way, in milliseconds. @param {number} bytes */
  #way(bytes) {
    const { delayMs, jitterMs, lossPercent } = this.#options();
    let ms = delayMs + (2 * this.#random() - 1) * jitterMs;
    for (let sent = 0; sent < Math.max(bytes, 1); sent += SEGMENT) {
      for (let times = 0; times < LOST_AGAIN_MOST; times++) {
        if (this.#random() * 100 >= lossPercent) break;
        ms += 2 * delayMs + (times === 0 ? NOTICED : TIMEOUT * 2 ** (times - 1));
        this.stalls++;
      }
    }
    return Math.max(0, ms);
  }
}

/** One direction of a connection: what was said arrives in order, each message after what it took, or with the one before it. */
export class Lane {
  #direction;
  /** @type {Item[]} that have left */
  #flying = [];
  #last = 0;
  /** @type {any} */
  #timer = null;
  #arriving = false;

  /** @param {Direction} direction */
  constructor(direction) {
    this.#direction = direction;
  }

  /** @param {number} bytes @param {() => void} arrive called when they are there */
  push(bytes, arrive) {
    this.#direction.push({ lane: this, at: this.#direction.timers.now(), bytes, arrive });
    this.deliver();
  }

  /** Bytes that have been said and have not left. */
  get waiting() {
    return this.#direction.waitingOf(this);
  }

  /** @param {Item} item that has left @param {number} at when it would arrive, were it alone */
  fly(item, at) {
    this.#last = Math.max(this.#last, at);
    item.at = this.#last;
    this.#flying.push(item);
    if (this.#flying.length === 1) this.#arm();
  }

  /** Hands over what has to have arrived by now. */
  deliver() {
    if (this.#arriving) return;
    this.#arriving = true;
    try {
      while (this.#flying.length > 0 && this.#wait() <= 0) this.#flying.shift()?.arrive();
    } finally {
      this.#arriving = false;
      this.#arm();
    }
  }

  /** What is under way is lost. */
  clear() {
    this.#direction.forget(this);
    this.#flying.length = 0;
    this.#direction.timers.clearTimeout(this.#timer);
  }

  #wait() {
    const { frozenUntil, timers } = this.#direction;
    return Math.max(this.#flying[0].at, frozenUntil) - timers.now();
  }

  #arm() {
    const { timers } = this.#direction;
    timers.clearTimeout(this.#timer);
    if (this.#flying.length === 0) return;
    this.#timer = timers.setTimeout(() => this.deliver(), Math.max(0, this.#wait()));
  }
}
