import { WireError } from "../guard.js";
import { TableState } from "./tablestate.js";
import { Texts } from "./text.js";
import { Walk } from "./walk.js";

/** @typedef {import("../rows.js").Changes} Changes */

/** Probability that a body begins afresh, in 65536ths. */
const FRESH = 1 << 10;

/**
 * Applies bodies of codec `packed` to a world, one after another: what it learns from each it needs for the
 * next.
 */
export class PackedDecoder {
  #walk = new Walk();
  #texts = new Texts();
  #world;
  #tables;
  /** A body could not be read: good for a fresh start only. */
  #broken = true;

  /** @param {import("../world.js").World} world */
  constructor(world) {
    this.#world = world;
    this.#tables = world.tables.map((table) => new TableState(table, this.#texts));
  }

  /**
   * Applies a keyframe's body. Rows that were there before keep their identity. An error leaves the world as it
   * was.
   * @param {number} tick
   * @param {any} body
   * @param {Changes | null} changes collects what changed, when given
   * @throws {WireError}
   */
  keyframe(tick, body, changes) {
    this.#start(body, 0, tick);
    if (this.#walk.coder.bit(FRESH) === 0) throw new WireError("a keyframe that needs others");
    this.#reset(false, tick);
    const puts = this.#tables.map((table) => table.readKeyframe(this.#walk, changes));
    this.#finish();
    for (const put of puts) put();
  }

  /**
   * Applies a delta's body in place. After an error the world is between two snapshots: whole enough for a
   * keyframe to be applied, and for nothing else.
   * @param {number} tick
   * @param {number} base tick of the baseline
   * @param {any} body
   * @param {Changes | null} changes collects what changed, when given
   * @throws {WireError}
   */
  delta(tick, base, body, changes) {
    const broken = this.#broken;
    this.#start(body, base, tick);
    if (this.#walk.coder.bit(FRESH) !== 0) this.#reset(true, base);
    else if (broken) throw new WireError("a body that needs those before it");
    for (const table of this.#tables) table.readDelta(this.#walk, changes);
    this.#finish();
  }

  /** @param {any} body @param {number} base @param {number} tick */
  #start(body, base, tick) {
    this.#broken = true;
    if (!(body instanceof Uint8Array)) throw new WireError("body is not binary");
    this.#walk.start(body, base, tick);
  }

  #finish() {
    if (!this.#walk.coder.finished) throw new WireError("body does not end where it should");
    this.#broken = false;
  }

  /** @param {boolean} rows whether the world's are kept @param {number} tick at which they came */
  #reset(rows, tick) {
    this.#texts.reset();
    this.#tables.forEach((table, i) => {
      table.reset(rows ? this.#world.tables[i].entities.length : 0, tick);
    });
  }
}
