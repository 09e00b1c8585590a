import { WireError } from "../wire.js";
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
  /** A body could not be read, or none was: good for a keyframe only. */
  #broken = true;

  /** @param {import("../world.js").World} world */
  constructor(world) {
    this.#world = world;
    this.#tables = world.tables.map((table) => new TableState(table, this.#texts));
  }

  /**
   * Applies the body of a snapshot. Rows that stay keep their identity. An error leaves the world as it was where
   * the body is a keyframe's; else it is then between two snapshots: whole enough for a keyframe to be applied,
   * and for nothing else.
   * @param {number} tick
   * @param {number} base tick of the baseline, 0 for a keyframe
   * @param {any} body
   * @param {Changes | null} changes collects what changed, when given
   * @throws {WireError}
   */
  apply(tick, base, body, changes) {
    if (base !== 0 && this.#broken) throw new WireError("a keyframe is missing");
    if (!(body instanceof Uint8Array)) throw new WireError("body is not binary");
    this.#broken = true;
    this.#walk.start(body, base, tick);
    const fresh = this.#walk.coder.bit(FRESH) !== 0;
    if (base === 0) this.#keyframe(fresh, changes);
    else this.#delta(fresh, changes);
    this.#broken = false;
  }

  /** @param {boolean} fresh @param {Changes | null} changes */
  #keyframe(fresh, changes) {
    if (!fresh) throw new WireError("a keyframe that needs others");
    this.#texts.reset();
    for (const table of this.#tables) table.reset(0, 0);
    const puts = this.#tables.map((table) => table.readKeyframe(this.#walk, changes));
    this.#expectEnd();
    for (const put of puts) put();
  }

  /** @param {boolean} fresh @param {Changes | null} changes */
  #delta(fresh, changes) {
    if (fresh) {
      this.#texts.reset();
      this.#tables.forEach((table, i) => {
        table.reset(this.#world.tables[i].entities.length, this.#walk.baseTick);
      });
    }
    for (const table of this.#tables) table.readDelta(this.#walk, changes);
    this.#expectEnd();
  }

  #expectEnd() {
    if (!this.#walk.coder.finished) throw new WireError("body does not end where it should");
  }
}
