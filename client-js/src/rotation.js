/**
 * Rotations and directions in one quantum, protocol section 6: the formulas in their order of operations,
 * so that every client gets the same numbers.
 */

/**
 * The component in the lowest bits: 2^(bits-1) is 0, the ends are -1 and 1.
 * @param {number} packed
 * @param {number} bits
 */
function part(packed, bits) {
  const half = 1 << (bits - 1);
  return ((packed & ((1 << bits) - 1)) - half) / (half - 1);
}

/**
 * A unit quaternion from the three components that are not its greatest.
 * @param {number} q
 * @param {number} bits of a component, 2 to 10
 * @returns {number[]} x, y, z, w: a new array
 */
export function rotation(q, bits) {
  const v = [0, 0, 0, 0];
  const most = (q >>> (3 * bits)) & 3;
  let sum = 0;
  let shift = 2 * bits;
  for (let i = 0; i < 4; i++) {
    if (i === most) continue;
    v[i] = part(q >>> shift, bits) * Math.SQRT1_2;
    sum += v[i] * v[i];
    shift -= bits;
  }
  v[most] = Math.sqrt(Math.max(0, 1 - sum));
  return normalize(v);
}

/**
 * A unit vector from its octahedral coordinates.
 * @param {number} q
 * @param {number} bits of a coordinate, 2 to 15
 * @returns {number[]} x, y, z: a new array
 */
export function direction(q, bits) {
  const x = part(q >>> bits, bits);
  const y = part(q, bits);
  const z = 1 - Math.abs(x) - Math.abs(y);
  if (z >= 0) return normalize([x, y, z]);
  return normalize([signed(1 - Math.abs(y), x), signed(1 - Math.abs(x), y), z]);
}

/** @param {number} v @param {number} sign */
const signed = (v, sign) => (sign < 0 ? -v : v);

/**
 * Brings a vector to length 1, unless it has none.
 * @param {number[]} v changed
 */
export function normalize(v) {
  let sum = 0;
  for (const c of v) sum += c * c;
  const length = Math.sqrt(sum);
  if (length > 0) for (let i = 0; i < v.length; i++) v[i] /= length;
  return v;
}
