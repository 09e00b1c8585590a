import { between } from "./between.js";
import { dequantize } from "./dequantize.js";
import * as FieldKind from "./fieldkinds.js";
import { turnBetween, turnedBy } from "./turning.js";

/** @typedef {import("./schema.js").Field} Field */
/** @typedef {import("./world.js").Row} Row */

/**
 * Fills an object with the values of quanta.
 * @param {Row} into
 * @param {Field[]} fields
 * @param {number[]} quanta
 * @param {Row} texts holds the strings
 */
export function fill(into, fields, quanta, texts) {
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i];
    into[field.name] =
      field.kind === FieldKind.STRING ? texts[field.name] : dequantize(field, quanta[i]);
  }
}

/**
 * A value between two, as it is interpolated.
 * @param {Field} field
 * @param {number} a quantum of the first
 * @param {number} b quantum of the second
 * @param {number} part 0 to 1
 * @returns {number | number[]}
 */
export function mixed(field, a, b, part) {
  const from = dequantize(field, a);
  if (typeof from === "number") {
    const to = /** @type {number} */ (dequantize(field, b));
    return between(field.kind, from, to - from, part);
  }
  const is = /** @type {number[]} */ (from);
  if (a === b || part === 0) return is;
  const to = /** @type {number[]} */ (dequantize(field, b));
  return turnedBy(field.kind, is, turnBetween(field.kind, is, to), part);
}
