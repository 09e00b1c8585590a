import * as FieldKind from "./fieldkinds.js";

/** @typedef {import("./schema.js").Field} Field */

const TURN = 2 * Math.PI;
/** Part of a field's range beyond which an error is shown at once. */
const SNAP = 1 / 8;
/** Quanta from which on a field's range is as good as none, so that a part of it says nothing. */
const BOUNDLESS = 2 ** 31;

/**
 * Keeps what is shown from jumping when what it is made of does. The difference is added to what is shown, and taken away again evenly
 * over some time; a large one is no error but another place (a respawn), and is not smoothed. It is for the eye alone: nothing is computed from it.
 */
export class Smoothing {
  /** Indices of the fields that are smoothed: numbers with a fraction and angles, but none that is another's rate. */
  fields;

  #angles;
  #snaps;
  #ms;
  /** Differences, for each of the fields, as they were at a time. */
  #off;
  #since = 0;
  /** What was shown when held. */
  #held;

  /**
   * @param {Field[]} fields of the table
   * @param {number} ms over which a difference goes away; 0 for at once
   * @param {number | undefined} snap a difference above this, in units, in any field but angles, is not smoothed; by default an
   *   eighth of the field's range
   */
  constructor(fields, ms, snap) {
    const rates = new Set(fields.map((f) => f.rate));
    this.fields = fields.flatMap((f, i) => (isSmooth(f) && !rates.has(i) ? [i] : []));
    const smoothed = this.fields.map((i) => fields[i]);
    this.#angles = smoothed.map((f) => f.kind === FieldKind.ANGLE);
    this.#snaps = smoothed.map((f) => snapOf(f, snap));
    this.#ms = ms;
    this.#off = smoothed.map(() => 0);
    this.#held = smoothed.map(() => 0);
  }

  /** @param {number[]} raw of each of the fields, as it is before a change */
  hold(raw) {
    for (let i = 0; i < raw.length; i++) this.#held[i] = raw[i];
  }

  /**
   * @param {number[]} raw as it is after the change
   * @param {number} now in milliseconds
   */
  settle(raw, now) {
    let changed = false;
    for (let i = 0; i < raw.length; i++) changed ||= raw[i] !== this.#held[i];
    if (!changed) return;
    const left = this.#left(now);
    for (let i = 0; i < raw.length; i++) {
      let off = this.#off[i] * left + this.#held[i] - raw[i];
      if (this.#angles[i]) off -= TURN * Math.round(off / TURN);
      else if (Math.abs(off) > this.#snaps[i]) {
        this.clear();
        return;
      }
      this.#off[i] = off;
    }
    this.#since = now;
  }

  clear() {
    this.#off.fill(0);
  }

  /**
   * What is to be added to a field as it is.
   * @param {number} i index in `fields`
   * @param {number} now in milliseconds
   */
  offset(i, now) {
    return this.#off[i] * this.#left(now);
  }

  /** How far what is shown is off, in units, over all fields but angles. @param {number} now in milliseconds */
  distance(now) {
    let sum = 0;
    this.#off.forEach((off, i) => {
      if (!this.#angles[i]) sum += off * off;
    });
    return Math.sqrt(sum) * this.#left(now);
  }

  /** Part of the differences that is left. @param {number} now */
  #left(now) {
    const passed = Math.max(0, now - this.#since);
    return passed < this.#ms ? 1 - passed / this.#ms : 0;
  }
}

/** @param {Field} f */
const isSmooth = ({ kind }) =>
  kind === FieldKind.FIXED || kind === FieldKind.ANGLE || kind === FieldKind.FLOAT;

/** @param {Field} f @param {number | undefined} snap */
function snapOf({ kind, min, max, step }, snap) {
  if (snap !== undefined) return snap;
  const quanta = max - min;
  return kind === FieldKind.FIXED && quanta < BOUNDLESS
    ? quanta * step * SNAP
    : Number.POSITIVE_INFINITY;
}
