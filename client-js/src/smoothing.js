import { between, shortWay, snapOf } from "./between.js";
import * as FieldKind from "./fieldkinds.js";
import { turnBetween, turnedBy } from "./turning.js";

/** @typedef {import("./schema.js").Field} Field */

/**
 * Keeps what is shown from jumping when what it is made of does. The difference is added to what is shown, and taken away again evenly
 * over some time; a large one is no error but another place (a respawn), and is not smoothed. It is for the eye alone: nothing is computed from it.
 */
export class Smoothing {
  /** Indices of the fields that are smoothed. */
  fields;

  #kinds;
  #snaps;
  #ms;
  /** @type {(number | number[])[]} differences, for each of the fields, as they were at a time: of a rotation or direction, a turn */
  #off;
  #since = 0;
  /** @type {(number | number[])[]} what was shown when held */
  #held;

  /**
   * @param {Field[]} fields of the table
   * @param {number} ms over which a difference goes away; 0 for at once
   * @param {number | undefined} snap a difference above this, in units, in any field but angles, rotations and directions, is not
   *   smoothed; by default the field's own
   */
  constructor(fields, ms, snap) {
    this.fields = fields.flatMap((f, i) => (f.smooth ? [i] : []));
    const those = this.fields.map((i) => fields[i]);
    this.#kinds = those.map((f) => f.kind);
    this.#snaps = those.map((f) => snapOf(f, snap));
    this.#ms = ms;
    this.#off = those.map(() => 0);
    this.#held = those.map(() => 0);
  }

  /** @param {(number | number[])[]} raw of each of the fields, as it is before a change; arrays are kept, and not to be written to */
  hold(raw) {
    for (let i = 0; i < raw.length; i++) this.#held[i] = raw[i];
  }

  /**
   * @param {(number | number[])[]} raw as it is after the change
   * @param {number} now in milliseconds
   * @param {number} [over] milliseconds over which the difference goes away from now on: it is no other place, however great it is
   */
  settle(raw, now, over) {
    let changed = false;
    for (let i = 0; i < raw.length; i++) changed ||= !same(raw[i], this.#held[i]);
    if (!changed) return;
    const left = this.#left(now);
    this.#ms = over ?? this.#ms;
    for (let i = 0; i < raw.length; i++) {
      const [kind, is, was, off] = [this.#kinds[i], raw[i], this.#held[i], this.#off[i]];
      if (typeof is !== "number") {
        // A field holds the same kind of value at all times, but for what nothing was held of yet.
        const before = typeof was === "number" ? is : was;
        const shown = typeof off === "number" ? before : turnedBy(kind, before, off, left);
        this.#off[i] = turnBetween(kind, is, shown);
        continue;
      }
      const change = Number(was) - is;
      if (kind !== FieldKind.ANGLE && over === undefined && Math.abs(change) > this.#snaps[i]) {
        this.clear();
        return;
      }
      const by = Number(off) * left + change;
      this.#off[i] = kind === FieldKind.ANGLE ? shortWay(by) : by;
    }
    this.#since = now;
  }

  clear() {
    this.#off.fill(0);
  }

  /**
   * A field as it is to be shown.
   * @param {number} i index in `fields`
   * @param {number | number[]} raw as it is
   * @param {number} now in milliseconds
   */
  shown(i, raw, now) {
    const left = this.#left(now);
    const off = this.#off[i];
    if (left === 0 || off === 0) return raw;
    if (typeof raw === "number") return between(this.#kinds[i], raw, Number(off) * left, 1);
    return typeof off === "number" ? raw : turnedBy(this.#kinds[i], raw, off, left);
  }

  /** How far what is shown is off, in units, over all fields that are measured in units. @param {number} now in milliseconds */
  distance(now) {
    let sum = 0;
    this.#off.forEach((off, i) => {
      if (typeof off === "number" && this.#kinds[i] !== FieldKind.ANGLE) sum += off * off;
    });
    return Math.sqrt(sum) * this.#left(now);
  }

  /** Part of the differences that is left. @param {number} now */
  #left(now) {
    const passed = Math.max(0, now - this.#since);
    return passed < this.#ms ? 1 - passed / this.#ms : 0;
  }
}

/** @param {number | number[]} a @param {number | number[]} b */
function same(a, b) {
  return (
    a === b || (typeof a !== "number" && typeof b !== "number" && a.every((c, i) => c === b[i]))
  );
}
