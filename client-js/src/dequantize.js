import * as FieldKind from "./fieldkinds.js";
import { floatOf } from "./float32.js";
import { direction, rotation } from "./rotation.js";

/** @typedef {import("./schema.js").Field} Field */

/**
 * The value of a quantum, of any kind but strings; components come in a new array each time.
 * @param {Field} field
 * @param {number} q
 * @returns {number | boolean | number[]}
 */
export function dequantize(field, q) {
  switch (field.kind) {
    case FieldKind.BOOL:
      return q !== 0;
    case FieldKind.INT:
      return q;
    case FieldKind.ANGLE:
      // The formula of the protocol, in its order of operations.
      return (q * 2 * Math.PI) / (field.max + 1);
    case FieldKind.FLOAT:
      return floatOf(q);
    case FieldKind.QUAT:
      return rotation(q, field.bits);
    case FieldKind.UNIT:
      return direction(q, field.bits);
    default:
      return field.offset + q * field.step;
  }
}
