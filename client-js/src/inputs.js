import { Pacer } from "./pacer.js";
import { quantize } from "./quantize.js";

/** An acknowledgement goes out at least this often while snapshots come, in milliseconds. */
const ACK_EVERY = 50;

/**
 * What a match says to the server; the epoch is added by the room.
 * @typedef {object} Uplink
 * @property {(epoch: number, tick: number, ack: number, values: number[], seen: number) => void} input
 * @property {(epoch: number, ack: number) => void} ack
 * @property {(epoch: number, reason: number) => void} resync
 * @property {() => number} rtt in milliseconds
 * @property {import("./options.js").Timers} timers
 */

/**
 * Sends the current input once per tick, and acknowledgements when there is no input to carry them.
 * Arriving snapshots drive it as well as its timer, so a hidden tab, whose timers the browser slows
 * down, goes on at full rate.
 */
export class InputSender {
  #fields;
  #uplink;
  #pacer;
  #tickRate;
  #seen;
  #epoch = 0;
  /** @type {number[] | null} quanta of the current input; none is sent before there is one */
  #values = null;
  /** @type {any} */
  #timer = null;
  #running = false;
  #ackedAt = 0;
  /** Newest snapshot's tick and when it came. */
  #tick = 0;
  #tickAt = 0;

  /**
   * @param {import("./schema.js").Field[]} fields of the input
   * @param {number} tickRate Hz
   * @param {Uplink} uplink
   * @param {() => number} seen tick of what the player is shown
   */
  constructor(fields, tickRate, uplink, seen) {
    this.#fields = fields;
    this.#tickRate = tickRate;
    this.#uplink = uplink;
    this.#seen = seen;
    this.#pacer = new Pacer(1000 / tickRate);
  }

  /** Tick of the newest input sent, 0 before the first. */
  get tick() {
    return this.#running ? this.#pacer.next - 1 : 0;
  }

  /** @param {number} epoch a snapshot stream begins; inputs follow its first snapshot */
  start(epoch) {
    this.stop();
    this.#epoch = epoch;
    this.#tick = 0;
  }

  stop() {
    this.#uplink.timers.clearTimeout(this.#timer);
    this.#running = false;
  }

  /** @param {Record<string, unknown>} values the input from now on; missing fields are neutral */
  set(values) {
    this.#values = this.#fields.map((f) => quantize(f, values[f.name]));
    this.#begin(this.#uplink.timers.now());
  }

  /** @param {{tick: number, slack: number, input: number}} snapshot that came, applied or not */
  observe(snapshot) {
    const now = this.#uplink.timers.now();
    const { tick } = snapshot;
    this.#tick = tick;
    this.#tickAt = now;
    if (this.#running) {
      this.#pump(now);
      this.#pacer.observe(now, snapshot, this.#uplink.rtt(), this.#tickRate);
    } else {
      this.#begin(now);
    }
    if (now - this.#ackedAt < ACK_EVERY) return;
    this.#ackedAt = now;
    this.#uplink.ack(this.#epoch, tick);
  }

  /** @param {number} now */
  #begin(now) {
    if (this.#running || this.#values === null || this.#tick === 0) return;
    this.#running = true;
    const elapsed = ((now - this.#tickAt) * this.#tickRate) / 1000;
    this.#pacer.start(now, this.#tick + elapsed, this.#uplink.rtt());
    this.#wait(now);
  }

  /** @param {number} now */
  #wait(now) {
    const { timers } = this.#uplink;
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(
      () => {
        const woken = timers.now();
        this.#pump(woken);
        this.#wait(woken);
      },
      Math.max(1, this.#pacer.nextAt - now),
    );
  }

  /** @param {number} now */
  #pump(now) {
    const rtt = this.#uplink.rtt();
    for (let tick = this.#pacer.take(now, rtt); tick !== 0; tick = this.#pacer.take(now, rtt)) {
      this.#ackedAt = now;
      const values = /** @type {number[]} */ (this.#values);
      this.#uplink.input(this.#epoch, tick, this.#tick, values, this.#seen());
    }
  }
}
