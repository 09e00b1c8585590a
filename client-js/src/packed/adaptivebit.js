/**
 * Adaptive probabilities that a bit is 1, in Uint32Arrays: 22 bits of probability above 10 bits that count how
 * often it was adapted, up to a limit. It moves by 1/(count + 1.5) of its error.
 */

/** @typedef {import("./rangecoder.js").RangeDecoder} RangeDecoder */

const HALF = 0x80000000;
const COUNT = 0x3ff;
/** Where there is one opinion only, and for the narrower of two contexts. */
const SLOW = 150;
/** For the second opinion. */
const FAST = 30;

/** RATES[n] is 2^16/(n + 1.5), rounded down. */
const RATES = Uint32Array.from({ length: SLOW + 1 }, (_, n) => (1 << 17) / (2 * n + 3));

/** POINTS[i] is 65536/(1 + e^((16-i)/2)), rounded. */
const POINTS = [
  22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768,
  40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476,
  65500, 65514,
];

/** LOGISTIC[x + 2048] is 65536/(1 + e^(-x/256)): the points and straight lines between them. */
const LOGISTIC = Int32Array.from({ length: 4096 }, (_, x) => {
  const [i, w] = [x >> 7, x & 127];
  return (POINTS[i] * (128 - w) + POINTS[i + 1] * w + 64) >> 7;
});

/** The reverse for 12-bit probabilities: the smallest x whose logistic is at least 16 p + 8, or 2047. */
const LOGIT = new Int16Array(4096);
for (let p = 0, x = -2048; p < 4096; p++) {
  while (x < 2047 && LOGISTIC[x + 2048] < 16 * p + 8) x++;
  LOGIT[p] = x;
}

/** What a mixer's two weights begin with, in 65536ths: a little more than the mean of the two opinions. */
const START_WEIGHT = 36000;
const MAX_WEIGHT = 1 << 18;

/** @param {Uint32Array} probs all set to a half, of which nothing was learned */
export function startProbs(probs) {
  probs.fill(HALF);
}

/** @param {Int32Array} weights pairs of them @param {number} [from] @param {number} [to] */
export function startMixers(weights, from, to) {
  weights.fill(START_WEIGHT, from, to);
}

/**
 * @param {number} p a probability with its count
 * @param {number} bit that was seen
 * @param {number} limit of the count
 */
function adapted(p, bit, limit) {
  const n = p & COUNT;
  let q = p >>> 10;
  if (bit !== 0) q += Math.imul((0x3fffff - q) >>> 6, RATES[n]) >>> 10;
  else q -= Math.imul(q >>> 6, RATES[n]) >>> 10;
  return (q << 10) | (n < limit ? n + 1 : n);
}

/**
 * A bit that one model has an opinion on.
 * @param {RangeDecoder} coder
 * @param {Uint32Array} probs
 * @param {number} at
 */
export function plain(coder, probs, at) {
  const p = probs[at];
  const bit = coder.bit(Math.max(32, Math.min(0xffe0, p >>> 16)));
  probs[at] = adapted(p, bit, SLOW);
  return bit;
}

/**
 * A bit that takes 0.09 bits at least, whatever the model, so that what is made new has a bound in the body's
 * length.
 * @param {RangeDecoder} coder
 * @param {Uint32Array} probs
 * @param {number} at
 */
export function dear(coder, probs, at) {
  const p = probs[at];
  const bit = coder.bit(Math.max(0x1000, Math.min(0xf000, p >>> 16)));
  probs[at] = adapted(p, bit, SLOW);
  return bit;
}

/**
 * A bit that two models have an opinion on: added as logits, weighed, and the weights corrected by the gradient
 * of the cost.
 * @param {RangeDecoder} coder
 * @param {Uint32Array} probs
 * @param {number} a the one
 * @param {number} b the other
 * @param {Int32Array} weights
 * @param {number} at of the two weights
 */
export function mixed(coder, probs, a, b, weights, at) {
  const pa = probs[a];
  const pb = probs[b];
  const la = LOGIT[pa >>> 20];
  const lb = LOGIT[pb >>> 20];
  const wa = weights[at];
  const wb = weights[at + 1];
  const x = (Math.imul(wa, la) + Math.imul(wb, lb)) >> 16;
  const p = LOGISTIC[Math.max(-2047, Math.min(2047, x)) + 2048];
  const bit = coder.bit(p);
  const error = ((bit << 16) - p) >> 2;
  weights[at] = corrected(wa, Math.imul(la, error));
  weights[at + 1] = corrected(wb, Math.imul(lb, error));
  probs[a] = adapted(pa, bit, SLOW);
  probs[b] = adapted(pb, bit, FAST);
  return bit;
}

/** @param {number} weight @param {number} by in 65536ths */
function corrected(weight, by) {
  return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, weight + ((by + 0x8000) >> 16)));
}

/** Models that `number` takes. */
export const NUMBER_MODELS = 32;

/**
 * A number of which nothing is known but that small ones are likelier: the length of the number plus 1, then its
 * lower bits.
 * @param {RangeDecoder} coder
 * @param {Uint32Array} probs
 * @param {number} at of its models
 * @returns {number} 0 to 2^32 - 2
 */
export function number(coder, probs, at) {
  let k = 0;
  while (k < 31 && dear(coder, probs, at + k) !== 0) k++;
  return 2 ** k - 1 + coder.raw(k);
}

/**
 * A byte, the highest bit first, each in the context of those before it.
 * @param {RangeDecoder} coder
 * @param {Uint32Array} probs 256 of them
 */
export function symbol(coder, probs) {
  let x = 1;
  while (x < 256) x = (x << 1) | dear(coder, probs, x);
  return x & 255;
}
