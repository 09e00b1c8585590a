import * as FieldKind from "./fieldkinds.js";
import { bitsOf } from "./float32.js";

/** @typedef {import("./schema.js").Field} Field */

/**
 * The quantum that the server makes of a value: its formulas in their order of operations, so that both get the same one. What has no
 * quantum (not a number, where one is wanted) becomes what the server makes of it, too.
 * @param {Field} field of any kind but strings
 * @param {any} value
 * @returns {number}
 */
export function quantumOf(field, value) {
  switch (field.kind) {
    case FieldKind.BOOL:
      return value ? 1 : 0;
    case FieldKind.ANGLE:
      return angle(Number(value), field.max + 1);
    case FieldKind.FLOAT:
      return bitsOf(Number(value));
    case FieldKind.QUAT:
      return rotation(value, field.bits);
    case FieldKind.UNIT:
      return direction(value, field.bits);
    default: {
      const q = round((Number(value) - field.offset) / field.step);
      // In this order a NaN becomes the least. Plus 0, which turns -0 into it.
      return q >= field.min ? Math.min(q, field.max) + 0 : field.min;
    }
  }
}

/** Halves go away from zero. @param {number} v */
const round = (v) => (v < 0 ? -Math.round(-v) : Math.round(v));

/** @param {number} v radians @param {number} turns quanta in a turn */
function angle(v, turns) {
  if (!Number.isFinite(v)) return 0;
  let part = v / (2 * Math.PI);
  part -= Math.floor(part);
  return Math.round(part * turns) % turns;
}

/** @param {ArrayLike<number>} v x, y, z, w @param {number} bits */
function rotation(v, bits) {
  const is = measurable(v, 4);
  const most = is ? largest(v, 4) : 3;
  const rest = [];
  let sum = 1;
  for (let i = 0; i < 4; i++) {
    if (i === most) continue;
    const part = is ? v[i] / v[most] : 0;
    rest.push(part);
    sum += part * part;
  }
  const length = Math.sqrt(sum);
  let packed = most;
  for (const part of rest) packed = (packed << bits) | level((part / length) * Math.SQRT2, bits);
  return packed;
}

/** @param {ArrayLike<number>} v x, y, z @param {number} bits */
function direction(v, bits) {
  if (!measurable(v, 3)) return (level(0, bits) << bits) | level(0, bits);
  const scale = Math.abs(v[largest(v, 3)]); // keeps the sum finite
  let [x, y, z] = [v[0] / scale, v[1] / scale, v[2] / scale];
  const sum = Math.abs(x) + Math.abs(y) + Math.abs(z);
  x /= sum;
  y /= sum;
  if (z < 0) [x, y] = [signed(1 - Math.abs(y), x), signed(1 - Math.abs(x), y)];
  return (level(x, bits) << bits) | level(y, bits);
}

/** @param {number} v @param {number} sign */
const signed = (v, sign) => (sign < 0 ? -v : v);

/** @param {number} v from -1 to 1 @param {number} bits */
function level(v, bits) {
  const half = 1 << (bits - 1);
  return half + round(v * (half - 1));
}

/** Index of the component of greatest magnitude, the lowest of several. @param {ArrayLike<number>} v @param {number} size */
function largest(v, size) {
  let most = 0;
  for (let i = 1; i < size; i++) if (Math.abs(v[i]) > Math.abs(v[most])) most = i;
  return most;
}

/** Whether a vector has a length above 0 and finite components. @param {ArrayLike<number>} v @param {number} size */
function measurable(v, size) {
  let any = false;
  for (let i = 0; i < size; i++) {
    if (!Number.isFinite(v[i])) return false;
    any ||= v[i] !== 0;
  }
  return any;
}
