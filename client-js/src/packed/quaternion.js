/**
 * A rotation's four lanes, the omitted one as what the length of 1 leaves for it. A lane is 0 to 2^bits - 1, and
 * 2^(bits-1) in the middle; the omitted one is at least the others, so it goes beyond.
 */

/**
 * @param {number} q
 * @param {number} bits
 * @param {Int32Array} lanes filled
 * @returns {number} which lane is omitted
 */
export function splitQuaternion(q, bits, lanes) {
  const top = (1 << bits) - 1;
  const omitted = (q >>> (3 * bits)) & 3;
  let shift = 3 * bits;
  for (let i = 0; i < 4; i++) {
    if (i === omitted) continue;
    shift -= bits;
    lanes[i] = (q >> shift) & top;
  }
  lanes[omitted] = omittedLane(lanes, omitted, bits);
  return omitted;
}

/**
 * What the other three lanes leave for one.
 * @param {Int32Array} lanes
 * @param {number} omitted
 * @param {number} bits
 */
export function omittedLane(lanes, omitted, bits) {
  const half = 1 << (bits - 1);
  let left = 2 * (half - 1) ** 2;
  for (let i = 0; i < 4; i++) if (i !== omitted) left -= (lanes[i] - half) ** 2;
  return half + Math.floor(Math.sqrt(Math.max(0, left)));
}
