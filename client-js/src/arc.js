import * as FieldKind from "./fieldkinds.js";
import { normalize } from "./rotation.js";

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
