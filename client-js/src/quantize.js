import * as FieldKind from "./fieldkinds.js";

/** @typedef {import("./schema.js").Field} Field */

/**
 * The nearest quantum of a value, kinds 0-3: clamped to the field's range, an angle wrapped. What is
 * not a number counts as the neutral 0.
 * @param {Field} field
 * @param {unknown} value
 * @returns {number}
 */
export function quantize(field, value) {
  const v = Number.isNaN(Number(value ?? 0)) ? 0 : Number(value ?? 0);
  if (field.kind === FieldKind.BOOL) return v !== 0 ? 1 : 0;
  if (field.kind === FieldKind.ANGLE) {
    const turns = field.max + 1;
    const q = Number.isFinite(v) ? Math.round(v / field.step) % turns : 0;
    return (q + turns) % turns;
  }
  const q = Math.round((v - field.offset) / field.step);
  // Plus 0, which turns -0 into it.
  return Math.min(field.max, Math.max(field.min, q)) + 0;
}

/**
 * The quantum that stands for 0, or the nearest to it that 32 bits hold, whether or not the field's range
 * has it: what a rate is counted from.
 * @param {import("./schema.js").Field} field of kind 1 or 2
 */
export function zeroOf({ offset, step }) {
  return Math.min(0x7fffffff, Math.max(-0x80000000, Math.floor(-offset / step + 0.5))) + 0;
}
