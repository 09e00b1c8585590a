import * as FieldKind from "./fieldkinds.js";
import { normalize } from "./rotation.js";

/**
 * The turn from one rotation or direction to another, as a vector along its axis, as long as the angle in radians (0 to pi, the short way
 * round): it can be scaled, which a quaternion cannot.
 * @param {number} kind of the field, a rotation [x, y, z, w] or a direction [x, y, z]
 * @param {number[]} from
 * @param {number[]} to
 * @returns {number[]} x, y, z: a new array
 */
export function turnBetween(kind, from, to) {
  if (kind === FieldKind.QUAT) {
    // to times the inverse of from: what is left to turn, in the world's axes.
    const [x, y, z, w] = product(to, [-from[0], -from[1], -from[2], from[3]]);
    const sin = Math.hypot(x, y, z);
    // A rotation and its opposite are the same: the one with w from 0 on turns by half a turn at most.
    const angle = 2 * Math.atan2(sin, Math.abs(w));
    const scale = sin > 0 ? (w < 0 ? -angle : angle) / sin : 0;
    return [x * scale, y * scale, z * scale];
  }
  const axis = cross(from, to);
  const sin = Math.hypot(...axis);
  const angle = Math.atan2(sin, from[0] * to[0] + from[1] * to[1] + from[2] * to[2]);
  if (sin > 0) return axis.map((c) => (c * angle) / sin);
  if (angle === 0) return [0, 0, 0];
  // Opposite directions: any axis across will do, here one across the axis of the world that the direction is farthest from.
  const least = Math.abs(from[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  return normalize(cross(from, least)).map((c) => c * Math.PI);
}

/**
 * Turns a rotation or direction.
 * @param {number} kind
 * @param {number[]} value
 * @param {number[]} turn as from turnBetween
 * @param {number} share of the turn
 * @returns {number[]} a new array
 */
export function turnedBy(kind, value, turn, share) {
  const angle = Math.hypot(...turn);
  const scale = angle > 0 ? Math.sin((angle * share) / 2) / angle : 0;
  const by = [...turn.map((c) => c * scale), Math.cos((angle * share) / 2)];
  if (kind === FieldKind.QUAT) return normalize(product(by, value));
  const back = [-by[0], -by[1], -by[2], by[3]];
  return normalize(product(product(by, [...value, 0]), back).slice(0, 3));
}

/** The rotation that does b and then a. @param {number[]} a @param {number[]} b quaternions x, y, z, w */
function product([ax, ay, az, aw], [bx, by, bz, bw]) {
  return [
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
  ];
}

/** @param {number[]} a @param {number[]} b */
function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
