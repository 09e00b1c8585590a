import * as FieldKind from "./fieldkinds.js";
import { zeroOf } from "./quantize.js";
import { WireError } from "./wire.js";

/** @typedef {import("./schema.js").Field} Field */

/**
 * Holds each rate to be a number's that does not lead back to its field, and a tick's change to what a
 * number holds exactly.
 * @param {Field[]} fields
 * @throws {WireError}
 */
export function checkRates(fields) {
  for (const field of fields) {
    if (field.rate < 0) continue;
    const rate = fields[field.rate];
    if (rate?.kind !== FieldKind.INT && rate?.kind !== FieldKind.FIXED) {
      throw new WireError("rate of no number");
    }
    const zero = zeroOf(rate);
    const farthest = Math.max(Math.abs(rate.min - zero), Math.abs(rate.max - zero));
    if (farthest * Math.abs(field.perTick) > 2 ** 53) throw new WireError("rate out of range");
    let steps = 0;
    for (let at = field.rate; at >= 0; at = fields[at]?.rate ?? -1) {
      if (++steps > fields.length) throw new WireError("rates go round");
    }
  }
}
