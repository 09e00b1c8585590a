const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

/** The one form that a NaN has on the wire. */
const NAN = 0x7fc00000;

/** @param {number} v a float32 @returns {number} its bits as a signed integer, which is its quantum */
export function bitsOf(v) {
  floats[0] = v;
  return Number.isNaN(v) ? NAN : bits[0];
}

/** @param {number} q the bits of a float32 @returns {number} */
export function floatOf(q) {
  bits[0] = q;
  return floats[0];
}
