/**
 * MurmurHash3 x86 32-bit with seed 0 over 32-bit little-endian words, a word at a time.
 * Austin Appleby's public-domain algorithm; the same as hashing the words' bytes.
 */

/**
 * @param {number} h the hash so far, 0 at first
 * @param {number} word its low 32 bits count
 */
export function mix(h, word) {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let x = h ^ Math.imul(k, 0x1b873593);
  x = (x << 13) | (x >>> 19);
  return (Math.imul(x, 5) + 0xe6546b64) | 0;
}

/**
 * @param {number} h
 * @param {number} words how many were mixed
 * @returns {number} unsigned 32-bit
 */
export function finish(h, words) {
  let x = h ^ (words * 4);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
