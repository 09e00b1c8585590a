import * as FieldKind from "../fieldkinds.js";
import { zeroOf } from "../quantize.js";

/**
 * One of the numbers that a field is coded as. Most fields have one, a rotation has four, a direction two, a
 * string none.
 * @typedef {object} Component
 * @property {number} low
 * @property {number} high
 * @property {number} wrap bits after which it wraps; 0: it does not
 * @property {number} rate index of the component that is its rate of change; -1: none
 * @property {number} perTick what a quantum of that rate changes in a tick, in 65536ths of a quantum
 * @property {number} zero the rate's quantum that stands for 0
 *
 * @typedef {object} PackedField
 * @property {number} index in the table
 * @property {import("../schema.js").Field} field
 * @property {number} first index of its first component in the table
 * @property {Component[]} components
 *
 * A table's fields in the order in which they are coded: that of the schema, but for rates of change, which come
 * before what they are the rate of.
 * @typedef {object} Layout
 * @property {PackedField[]} fields
 * @property {number} components of all fields
 * @property {number} marker the first boolean field, which tells rows apart; -1: none
 */

/** @param {import("../schema.js").Field[]} fields whose rates do not go round @returns {Layout} */
export function layoutOf(fields) {
  /** @type {Layout} */
  const layout = { fields: [], components: 0, marker: -1 };
  /** @type {number[]} first component of each field that has its place */
  const first = [];
  /** @param {number} index */
  const place = (index) => {
    const field = fields[index];
    if (first[index] !== undefined) return;
    if (field.rate >= 0) place(field.rate);
    first[index] = layout.components;
    const zero = field.rate < 0 ? 0 : zeroOf(fields[field.rate]);
    const components = componentsOf(field, field.rate < 0 ? -1 : first[field.rate], zero);
    layout.fields.push({ index, field, first: first[index], components });
    layout.components += components.length;
    if (layout.marker < 0 && field.kind === FieldKind.BOOL) layout.marker = index;
  };
  fields.forEach((_, index) => {
    place(index);
  });
  return layout;
}

/**
 * @param {import("../schema.js").Field} field
 * @param {number} rate index of the component that is its rate of change, -1 for none
 * @param {number} zero
 * @returns {Component[]}
 */
function componentsOf({ kind, min, max, bits, perTick }, rate, zero) {
  const lane = { low: 0, high: 2 ** bits - 1, wrap: 0, rate, perTick, zero };
  switch (kind) {
    case FieldKind.STRING:
      return [];
    case FieldKind.QUAT:
      return [lane, lane, lane, lane];
    case FieldKind.UNIT:
      return [lane, lane].map((c) => ({ ...c, wrap: bits }));
    case FieldKind.ANGLE:
      return [{ ...lane, wrap: bits }];
    case FieldKind.FLOAT:
      return [{ ...lane, low: -0x80000000, high: 0x7fffffff }];
    default:
      return [{ ...lane, low: min, high: max }];
  }
}
