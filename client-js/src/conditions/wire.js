import { Direction } from "./lane.js";

/** What goes over a wire, to be told when it is cut. @typedef {{fail: () => void, deliver: () => void}} Traffic */

/** The line between this client and all servers: both directions, and what goes over them. */
export class Wire {
  up;
  down;
  timers;
  cuts = 0;
  /** Connections that were lost because more waited for them than may. */
  overflows = 0;

  #options;
  /** @type {Set<Traffic>} */
  #traffic = new Set();
  #cutUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param {() => Required<import("../conditions.js").Line>} options as they are now
   * @param {import("../conditions.js").Timers} timers
   * @param {[() => number, () => number]} random of each direction
   */
  constructor(options, timers, random) {
    this.#options = options;
    this.timers = timers;
    this.up = new Direction(options, timers, random[0]);
    this.down = new Direction(options, timers, random[1]);
  }

  /** Whether there is no network at all. */
  get isCut() {
    return this.timers.now() < this.#cutUntil;
  }

  /** Connections that are there. */
  get connections() {
    return this.#traffic.size;
  }

  /** @param {Direction} direction */
  isFull(direction) {
    return direction.waiting > this.#options().queueBytes;
  }

  /** @param {Traffic} traffic */
  add(traffic) {
    this.#traffic.add(traffic);
  }

  /** @param {Traffic} traffic */
  delete(traffic) {
    this.#traffic.delete(traffic);
  }

  /** Hands over what has to have arrived by now. */
  deliver() {
    this.up.serve();
    this.down.serve();
    for (const traffic of [...this.#traffic]) traffic.deliver();
  }

  /** @param {number} ms */
  freeze(ms) {
    const until = this.timers.now() + ms;
    for (const direction of [this.up, this.down]) {
      direction.frozenUntil = Math.max(direction.frozenUntil, until);
      direction.serve();
    }
  }

  /** @param {number} ms */
  cut(ms) {
    this.cuts++;
    this.#cutUntil = Math.max(this.#cutUntil, this.timers.now() + ms);
    for (const traffic of [...this.#traffic]) traffic.fail();
  }
}
