import { Pacer } from "./pacer.js";
import { quantize } from "./quantize.js";

/** A snapshot is acknowledged as it comes when the last acknowledgement is this long ago, else this long after it unless another came, in milliseconds. */
const ACK_EVERY = 50;

/**
 * What a match says to the server; the epoch is added by the room.
 * @typedef {object} Uplink
 * @property {(epoch: number, tick: number, ack: number, values: number[], seen: number) => void} input
 * @property {(epoch: number, ack: number) => void} ack
 * @property {(epoch: number, reason: number) => void} resync
 * @property {() => number} rtt in milliseconds
 * @property {() => Promise<void>} leave the lobby
 * @property {import("./options.js").Timers} timers
 */

/**
 * Who gives the input of each tick by itself, instead of one that stands until it is changed. It is asked once for every tick that is
 * sent, in their order; ticks between two that it is asked for are left out.
 * @typedef {{input: (tick: number) => number[]}} Driver
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
  /** @type {Driver | null} */
  #driver = null;
  /** @type {any} */
  #timer = null;
  #running = false;
  #ackedAt = 0;
  /** Tick of the newest snapshot and when it came: one that could not be applied, too. Else a server that waits for its acknowledgement would never send a keyframe. */
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

  /** Quanta of the input that was set last, null before the first. */
  get values() {
    return this.#values;
  }

  /** Tick of the newest input sent, 0 before the first. */
  get tick() {
    return this.#running ? this.#pacer.next - 1 : 0;
  }

  /** @param {number} epoch a snapshot stream begins; inputs follow its first snapshot */
  start(epoch) {
    this.stop();
    this.#epoch = epoch;
  }

  stop() {
    this.#uplink.timers.clearTimeout(this.#timer);
    this.#running = false;
    this.#tick = 0;
  }

  /** @param {Record<string, unknown>} values the input from now on; missing fields are neutral */
  set(values) {
    this.#values = this.#fields.map((f) => quantize(f, values[f.name]));
    this.#begin(this.#uplink.timers.now());
  }

  /**
   * Has every input from now on come from a driver, and sends what is due.
   * @param {Driver} driver
   * @param {number} now in milliseconds
   */
  drive(driver, now) {
    this.#driver = driver;
    this.#begin(now);
    this.pump(now);
  }

  /** @param {Driver} driver no longer asked, if it is the one; the input that was set last is sent again */
  release(driver) {
    if (this.#driver !== driver) return;
    this.#driver = null;
    if (this.#values === null) this.set({});
  }

  /** Whether inputs are being sent. */
  get running() {
    return this.#running;
  }

  /**
   * @param {number} now in milliseconds
   * @returns {number} the tick whose input is due now, with a fraction; far ahead of any while none are sent
   */
  tickAt(now) {
    return this.#running ? this.#pacer.tickAt(now) : Number.POSITIVE_INFINITY;
  }

  /** @param {{tick: number, slack: number, input: number}} snapshot that came, applied or not */
  observe(snapshot) {
    const now = this.#uplink.timers.now();
    const { tick } = snapshot;
    this.#tick = tick;
    this.#tickAt = now;
    if (this.#running) {
      this.pump(now);
      this.#pacer.observe(now, snapshot, this.#uplink.rtt(), this.#tickRate);
    } else {
      this.#begin(now);
    }
    const { timers } = this.#uplink;
    if (!this.#running) timers.clearTimeout(this.#timer);
    if (now - this.#ackedAt >= ACK_EVERY) this.#acknowledge();
    // The server may hold back what follows until this one is acknowledged, so that no later one comes that would see to it.
    else if (!this.#running) this.#timer = timers.setTimeout(() => this.#acknowledge(), ACK_EVERY);
  }

  #acknowledge() {
    this.#ackedAt = this.#uplink.timers.now();
    this.#uplink.ack(this.#epoch, this.#tick);
  }

  /** @param {number} now */
  #begin(now) {
    if (this.#running || this.#tick === 0) return;
    if (this.#values === null && this.#driver === null) return;
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
        this.pump(woken);
        this.#wait(woken);
      },
      Math.max(1, this.#pacer.nextAt - now),
    );
  }

  /** Sends what is due. @param {number} now in milliseconds */
  pump(now) {
    if (!this.#running) return;
    for (let tick = this.#pacer.take(now); tick !== 0; tick = this.#pacer.take(now)) {
      this.#ackedAt = now;
      const values = this.#driver?.input(tick) ?? /** @type {number[]} */ (this.#values);
      this.#uplink.input(this.#epoch, tick, this.#tick, values, this.#seen());
    }
  }
}
