/** Longest wait between two dials, in milliseconds. */
export const MAX_WAIT = 5000;

/**
 * The upper end of the wait before attempt n, in milliseconds: 250 * 2^n, at most MAX_WAIT.
 * @param {number} n 1, 2, 3, ...
 */
export function backoffCap(n) {
  return Math.min(MAX_WAIT, 250 * 2 ** n);
}

/**
 * Full jitter inside the cap: uniform between 0 and the cap, so a crowd that was cut together spreads
 * out however often it fails. (Jitter added before the cap would vanish once the cap is reached.)
 * @param {number} cap in milliseconds
 * @param {() => number} random uniform in [0, 1)
 */
export function jittered(cap, random) {
  return cap * random();
}
