import * as FieldKind from "./fieldkinds.js";
import { normalize } from "./rotation.js";

const TURN = 2 * Math.PI;

/** Whether a kind of field is interpolated. @param {import("./schema.js").Field} f */
export function isMoving(f) {
  return f.kind >= FieldKind.FIXED && f.kind !== FieldKind.STRING;
}

/** Whether a kind of field turns, and its values are arrays. @param {number} kind */
export const isTurning = (kind) => kind === FieldKind.QUAT || kind === FieldKind.UNIT;

/**
 * A number part of the way to another one; an angle goes the short way round.
 * @param {number} kind
 * @param {number} from
 * @param {number} delta to the other one
 * @param {number} part
 */
export function between(kind, from, delta, part) {
  if (part === 0 || delta === 0) return from;
  if (kind !== FieldKind.ANGLE) return from + delta * part;
  const angle = from + shortWay(delta) * part;
  return angle < 0 ? angle + TURN : angle >= TURN ? angle - TURN : angle;
}

/** An angle's change the short way round. @param {number} by */
export const shortWay = (by) => by - TURN * Math.round(by / TURN);

/**
 * Puts the rotation or direction between two into an array: their mean by weight, brought to length 1, which
 * is on the arc between them. Of a rotation and its opposite, which is the same, the nearer one is taken.
 * @param {number[]} into as long as they are
 * @param {number} kind
 * @param {ArrayLike<number>} a
 * @param {number} from index of the first in a
 * @param {ArrayLike<number>} b
 * @param {number} to index of the second in b
 * @param {number} part
 */
export function turn(into, kind, a, from, b, to, part) {
  let dot = 0;
  for (let i = 0; i < into.length; i++) dot += a[from + i] * b[to + i];
  const sign = kind === FieldKind.QUAT && dot < 0 ? -1 : 1;
  // Opposite directions have no arc between them: the first stands until the second does.
  const share = part < 1 && sign * dot < -0.999999 ? 0 : part;
  for (let i = 0; i < into.length; i++) {
    into[i] = a[from + i] * (1 - share) + sign * b[to + i] * share;
  }
  if (share > 0) normalize(into);
}
