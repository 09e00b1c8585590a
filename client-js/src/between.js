import * as FieldKind from "./fieldkinds.js";

const TURN = 2 * Math.PI;

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
 * From what difference on, in units, a number is at another place rather than on its way.
 * @param {import("./schema.js").Field} f
 * @param {number | undefined} snap that was asked for, which is for what is measured in units
 */
export const snapOf = ({ kind, snap: own }, snap = own) =>
  kind === FieldKind.FIXED || kind === FieldKind.FLOAT ? snap : own;
