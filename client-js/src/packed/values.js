import { dequantize } from "../dequantize.js";
import * as FieldKind from "../fieldkinds.js";
import { WireError } from "../wire.js";
import { plain, startProbs } from "./adaptivebit.js";
import { clampGuess, MOTION, reverse } from "./motion.js";
import { ordered } from "./order.js";
import { omittedLane, splitQuaternion } from "./quaternion.js";
import { Residuals } from "./residual.js";

/** @typedef {import("../world.js").Entity} Entity */
/** @typedef {import("./layout.js").PackedField} PackedField */
/** @typedef {import("./walk.js").Walk} Walk */

// Models of one field.
/** Does it change in any row: by whether it did in the last three bodies. */
const ACTIVE = 0;
/** Does a string change. */
const TEXT = ACTIVE + 8;
/** Is another lane of a rotation omitted, is it not the next one, is it the one before. */
const TURNED = TEXT + 1;
const FIELD_MODELS = TURNED + 3;

const MAX_RATE = 1 << 23;
const MAX_PER_TICK = 1 << 24;

/** The values of a table's rows that change. */
export class Values {
  #layout;
  #texts;
  /** @type {Residuals[]} by component */
  #residuals;
  #models;
  /** By field: bit i tells whether it changed i bodies ago. */
  #changed;
  /** By field: whether it changes in some row. */
  #active;
  /** By component: the row's values in the baseline and now, for fields whose rate they are. */
  #before;
  #now;
  #was = new Int32Array(4);
  #is = new Int32Array(4);

  /** @param {import("./layout.js").Layout} layout @param {import("./text.js").Texts} texts */
  constructor(layout, texts) {
    const n = layout.fields.length;
    this.#layout = layout;
    this.#texts = texts;
    this.#residuals = layout.fields.flatMap((f) => f.components.map((c) => new Residuals(c)));
    this.#models = new Uint32Array(n * FIELD_MODELS);
    this.#changed = new Uint8Array(n);
    this.#active = new Uint8Array(n);
    this.#before = new Int32Array(layout.components);
    this.#now = new Int32Array(layout.components);
  }

  reset() {
    startProbs(this.#models);
    this.#changed.fill(0);
    for (const residuals of this.#residuals) residuals.reset();
  }

  /**
   * Begins the motions of a row.
   * @param {Int32Array} m
   * @param {number} at of the first
   * @param {number} tick
   */
  start(m, at, tick) {
    this.#residuals.forEach((residuals, c) => {
      residuals.start(m, at + c * MOTION, tick);
    });
  }

  /** Reads which fields change in any row. @param {Walk} walk */
  readActive({ coder }) {
    for (let f = 0; f < this.#active.length; f++) {
      const history = this.#changed[f];
      const active = plain(coder, this.#models, f * FIELD_MODELS + ACTIVE + (history & 7));
      this.#active[f] = active;
      this.#changed[f] = (history << 1) | active;
    }
  }

  /**
   * Reads what a row that changes has become.
   * @param {Walk} walk its surprise and whether the row is waking are set
   * @param {Entity} entity changed
   * @param {Int32Array} m motions
   * @param {number} at of the row's first
   * @throws {WireError}
   */
  read(walk, entity, m, at) {
    const { q, row } = entity;
    for (const packed of this.#layout.fields) {
      const { index, field, first } = packed;
      const active = this.#active[index] !== 0;
      if (field.kind === FieldKind.STRING) {
        if (!active) continue;
        const was = /** @type {string} */ (row[field.name]);
        const changes = index * FIELD_MODELS + TEXT;
        row[field.name] = this.#texts.read(walk.coder, this.#models, changes, was, field.maxBytes);
      } else if (!active) {
        this.#before[first] = this.#now[first] = q[index];
      } else {
        const now = this.#field(walk, packed, m, at + first * MOTION, q[index]);
        if (now === q[index]) continue;
        q[index] = now;
        row[field.name] = dequantize(field, now);
      }
    }
  }

  /**
   * @param {Walk} walk
   * @param {PackedField} packed
   * @param {Int32Array} m
   * @param {number} at
   * @param {number} base
   * @returns {number} the quantum, checked
   */
  #field(walk, packed, m, at, base) {
    const { field, first, components } = packed;
    const residuals = this.#residuals[first];
    switch (field.kind) {
      case FieldKind.QUAT:
        return this.#quaternion(walk, packed, m, at, base);
      case FieldKind.UNIT: {
        const mask = (1 << field.bits) - 1;
        const u = residuals.read(walk, m, at, (base >> field.bits) & mask, 0);
        const v = this.#residuals[first + 1].read(walk, m, at + MOTION, base & mask, 0);
        return (u << field.bits) | v;
      }
      case FieldKind.FLOAT:
        return ordered(residuals.read(walk, m, at, ordered(base), 0));
    }
    const { rate, low, high } = components[0];
    const change =
      rate < 0 ? 0 : byRate(components[0], this.#before[rate], this.#now[rate], walk.ticks);
    const now = residuals.read(walk, m, at, base, change);
    if (now < low || now > high) throw new WireError("quantum outside its range");
    this.#before[first] = base;
    this.#now[first] = now;
    return now;
  }

  /**
   * A rotation. All four lanes are followed; when another one becomes the omitted one, and was negative, all are
   * turned around, since a quaternion and its negative are the same rotation.
   * @param {Walk} walk
   * @param {PackedField} packed
   * @param {Int32Array} m
   * @param {number} at
   * @param {number} base
   */
  #quaternion(walk, { index, field, first }, m, at, base) {
    const { bits } = field;
    const was = this.#was;
    const is = this.#is;
    const omitted = splitQuaternion(base, bits, was);
    const next = this.#omission(walk, index, omitted);
    const half = 1 << (bits - 1);
    if (next !== omitted && was[next] < half) {
      for (let i = 0; i < 4; i++) {
        was[i] = 2 * half - was[i];
        reverse(m, at + i * MOTION);
      }
    }
    let q = next;
    for (let i = 0; i < 4; i++) {
      if (i === next) continue;
      is[i] = this.#residuals[first + i].read(walk, m, at + i * MOTION, was[i], 0);
      if (is[i] < 0 || is[i] >= 2 * half) throw new WireError("quaternion outside its range");
      q = (q << bits) | is[i];
    }
    is[next] = omittedLane(is, next, bits);
    this.#residuals[first + next].follow(walk, m, at + next * MOTION, was[next], is[next]);
    return q;
  }

  /** Reads which lane is omitted. @param {Walk} walk @param {number} index @param {number} was */
  #omission({ coder }, index, was) {
    const at = index * FIELD_MODELS + TURNED;
    if (plain(coder, this.#models, at) === 0) return was;
    if (plain(coder, this.#models, at + 1) === 0) return (was + 1) & 3;
    return (was + 2 + plain(coder, this.#models, at + 2)) & 3;
  }
}

/**
 * By how much a value changes, in 1/256 quantum, whose rate of change went from before to now in some ticks: the
 * rate of each tick is taken to lie on a line between the two, and a tick's step to be made with the rate after
 * it.
 * @param {import("./layout.js").Component} component
 * @param {number} before
 * @param {number} now
 * @param {number} ticks
 */
function byRate({ perTick, zero }, before, now, ticks) {
  const factor = Math.max(-MAX_PER_TICK, Math.min(MAX_PER_TICK, perTick));
  const a = Math.max(-MAX_RATE, Math.min(MAX_RATE, before - zero));
  const b = Math.max(-MAX_RATE, Math.min(MAX_RATE, now - zero));
  // Below 2^53, so that the product is exact.
  return clampGuess(Math.floor(((b * (ticks + 1) + a * (ticks - 1)) * factor) / 512));
}
