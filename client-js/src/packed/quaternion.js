/**
 * A rotation's four lanes, the omitted one as what the length of 1 leaves for it. A lane is 0 to 2^bits - 1; the
 * omitted one is at least the others, so it goes beyond.
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
  lanes[omitted] = omittedLane(lanes, omitted, top);
  return omitted;
}

/**
 * What the other three lanes leave for one. A lane v stands for (2 v - top) / (top * sqrt(2)).
 * @param {Int32Array} lanes
 * @param {number} omitted
 * @param {number} top
 */
export function omittedLane(lanes, omitted, top) {
  let left = 2 * top * top;
  for (let i = 0; i < 4; i++) if (i !== omitted) left -= (2 * lanes[i] - top) ** 2;
  return (Math.floor(Math.sqrt(Math.max(0, left))) + top) >> 1;
}
