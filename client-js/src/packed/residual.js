import { mixed, plain, startMixers, startProbs } from "./adaptivebit.js";
import {
  CHANGED,
  CLASS,
  COST,
  clampGuess,
  due,
  FAST,
  LAG,
  observe,
  PAUSE,
  resetTrackers,
  rest,
  SEEN,
  SIGN,
  SLOW,
  STEP,
  startMotion,
  TICKS,
  trackerGuess,
} from "./motion.js";

/** @typedef {import("./walk.js").Walk} Walk */

// The predictors: not at all; by the fast tracker; by a learned mixture of the last step and both trackers; by
// the declared rate.
const TRACK = 1;
const BLEND = 2;
const RATE = 3;
const PREDICTORS = 4;

// Contexts of a residual: what residuals were lately; how far the prediction is from the middle between two
// quanta; how the row does; the last residual's length; whether others say more or less; a magnitude's bits.
const SCALES = 12;
const LEANS = 3;
const MOODS = 4;
const TEMPERS = 4;
const TURNS = 3;
const LENGTHS = 8;
const MAX_LENGTH = 32;

// Where each group of models begins.
const ZERO = 0;
const ZERO_MOOD = ZERO + SCALES * LEANS;
const NEGATIVE = ZERO_MOOD + MOODS * TEMPERS * TURNS;
const NEGATIVE_TURN = NEGATIVE + SCALES * LEANS;
const LONGER = NEGATIVE_TURN + 3 * TURNS;
const LONGER_MOOD = LONGER + SCALES * LENGTHS;
const LONG = LONGER_MOOD + MOODS * TEMPERS * LENGTHS;
const HIGH = LONG + MAX_LENGTH;
const MODELS = HIGH + 3 * MAX_LENGTH;

// And each group of weights.
const ZERO_MIX = 0;
const NEGATIVE_MIX = ZERO_MIX + 2 * 3;
const LONGER_MIX = NEGATIVE_MIX + 2;
const WEIGHTS = LONGER_MIX + 2 * LENGTHS;

/** What a predictor that nothing is known of costs: four bits. */
const START_COST = 4 << 8;
/** By how much another predictor must cost less than the first choice. */
const ADVANTAGE = 192;
/** A longer step, in quanta, is a jump, after which motion starts anew. */
const MAX_STEP = 1 << 17;

const START_BLEND = [60000, 60000, 32000];
const MAX_BLEND = 1 << 18;
const BLEND_RATE = 40;

/** What the rows of a table have in common about one component, and how its values are read. */
export class Residuals {
  #models = new Uint32Array(MODELS);
  #weights = new Int32Array(WEIGHTS);
  /** What predictors cost in all rows. */
  #cost = new Int32Array(PREDICTORS);
  /** Of the last step l, the fast tracker f and the slow one s: weights of l, f - l and s - f, in 65536ths. */
  #blend = new Int32Array(3);
  /** The change that each predictor expects, in 1/256 quantum. */
  #guesses = new Int32Array(PREDICTORS);
  #choices;
  /** The change if the last step goes on, and by the slow tracker. */
  #line = 0;
  #slow = 0;
  #component;

  /** @param {import("./layout.js").Component} component */
  constructor(component) {
    this.#component = component;
    this.#choices = component.rate < 0 ? RATE : PREDICTORS;
  }

  reset() {
    startProbs(this.#models);
    startMixers(this.#weights);
    this.#cost.fill(START_COST);
    this.#blend.set(START_BLEND);
  }

  /**
   * Begins a motion of this component.
   * @param {Int32Array} m
   * @param {number} at
   * @param {number} tick
   */
  start(m, at, tick) {
    startMotion(m, at, tick);
    m.set(this.#cost, at + COST);
  }

  /**
   * Reads what a component has become.
   * @param {Walk} walk
   * @param {Int32Array} m motions
   * @param {number} at of this component's
   * @param {number} base value in the baseline
   * @param {number} rate change by the declared rate, 0 if there is none
   * @returns {number} 32 bits, not held to the component's range
   */
  read(walk, m, at, base, rate) {
    const { low, high, wrap } = this.#component;
    const choice = this.#ask(walk, m, at, rate);
    const guess = this.#guesses[choice];
    const whole = (guess + 128) >> 8;
    let lean = guess - (whole << 8);
    let expected = base + whole;
    if (wrap === 0 && (expected < low || expected > high)) {
      expected = expected < low ? low : high;
      lean = 0;
    }
    const turn = ((this.#guesses[TRACK] + this.#line) >> 1) - guess;
    const r = this.#residual(walk, m, at, m[at + COST + choice], lean, turn);
    let now = (expected + r) | 0;
    let step = (now - base) | 0;
    if (wrap !== 0) {
      now &= (1 << wrap) - 1;
      step = ((now - base) << (32 - wrap)) >> (32 - wrap);
    }
    this.#learn(walk, m, at, choice, step);
    return now;
  }

  /**
   * Takes in a value that follows from others.
   * @param {Walk} walk
   * @param {Int32Array} m motions
   * @param {number} at of this component's
   * @param {number} base
   * @param {number} now
   */
  follow(walk, m, at, base, now) {
    this.#learn(walk, m, at, this.#ask(walk, m, at, 0), now - base);
  }

  /**
   * Asks the predictors.
   * @param {Walk} walk
   * @param {Int32Array} m
   * @param {number} at
   * @param {number} rate
   * @returns {number} the one that is followed
   */
  #ask({ baseTick, ticks }, m, at, rate) {
    if (m[at + SEEN] !== (baseTick | 0)) rest(m, at, baseTick);
    const guesses = this.#guesses;
    const over = m[at + TICKS];
    const step = m[at + STEP] * 256;
    const line = over === 0 ? 0 : clampGuess(Math.imul((step / over) | 0, ticks));
    const fast = trackerGuess(m, at + FAST, ticks);
    const slow = trackerGuess(m, at + SLOW, ticks);
    this.#line = line;
    this.#slow = slow;
    guesses[TRACK] = fast;
    const blend = this.#blend;
    // Three products below 2^46.
    const sum = blend[0] * line + blend[1] * (fast - line) + blend[2] * (slow - fast);
    guesses[BLEND] = clampGuess(Math.floor(sum / 65536));
    let choice = BLEND;
    if (this.#choices === PREDICTORS) {
      guesses[RATE] = clampGuess(m[at + LAG] + rate);
      choice = RATE;
    }
    let lowest = m[at + COST + choice] - ADVANTAGE;
    for (let k = 0; k < this.#choices; k++) {
      if (m[at + COST + k] < lowest) {
        lowest = m[at + COST + k];
        choice = k;
      }
    }
    return choice;
  }

  /**
   * Reads what a prediction was wrong by. One that leans to the lower quantum is mirrored, so that there are half
   * as many contexts.
   * @param {Walk} walk
   * @param {Int32Array} m
   * @param {number} at
   * @param {number} cost
   * @param {number} lean
   * @param {number} turn
   */
  #residual(walk, m, at, cost, lean, turn) {
    const { coder } = walk;
    const mirror = lean < 0 ? -1 : 1;
    const last = m[at + SIGN] * mirror;
    const scale = Math.max(0, Math.min(SCALES - 1, ((cost - 256) / 192) | 0));
    const leaning = lean * mirror;
    const context = scale * LEANS + (leaning > 90 ? 2 : leaning > 40 ? 1 : 0);
    const turning = turn * mirror;
    const way = turning > 100 ? 1 : turning < -100 ? 2 : 0;
    const mood = moodOf(walk) * TEMPERS + Math.min(m[at + CLASS], TEMPERS - 1);
    const third = scale === 0 ? due(m, at, walk.baseTick, walk.tick) : way;
    const zeroMood = ZERO_MOOD + mood * TURNS + third;
    const models = this.#models;
    const weights = this.#weights;
    m[at + CLASS] = 0;
    const zeroMix = ZERO_MIX + 2 * Math.min(scale, 2);
    if (mixed(coder, models, ZERO + context, zeroMood, weights, zeroMix) === 0) return 0;
    const negativeTurn = NEGATIVE_TURN + (last + 1) * TURNS + way;
    const negative = mixed(coder, models, NEGATIVE + context, negativeTurn, weights, NEGATIVE_MIX);
    const length = this.#length(coder, scale, mood);
    m[at + CLASS] = length + 1;
    const magnitude = this.#magnitude(coder, length);
    return (negative !== 0) === mirror > 0 ? -magnitude : magnitude;
  }

  /**
   * Reads how many bits a magnitude has below its highest.
   * @param {import("./rangecoder.js").RangeDecoder} coder
   * @param {number} scale
   * @param {number} mood
   */
  #length(coder, scale, mood) {
    const models = this.#models;
    const narrow = LONGER + scale * LENGTHS;
    const wide = LONGER_MOOD + mood * LENGTHS;
    let k = 0;
    while (k < LENGTHS) {
      if (mixed(coder, models, narrow + k, wide + k, this.#weights, LONGER_MIX + 2 * k) === 0)
        return k;
      k++;
    }
    while (k < MAX_LENGTH - 1 && plain(coder, models, LONG + k) !== 0) k++;
    return k;
  }

  /**
   * Reads the bits of a magnitude below its highest, the two upper ones by models.
   * @param {import("./rangecoder.js").RangeDecoder} coder
   * @param {number} length
   */
  #magnitude(coder, length) {
    const high = HIGH + 3 * length;
    let got = 1;
    let left = length;
    if (left > 0) {
      left--;
      got = 2 | plain(coder, this.#models, high);
    }
    if (left > 0) {
      left--;
      got = (got << 1) | plain(coder, this.#models, high + 1 + (got & 1));
    }
    return (got << left) | coder.raw(left);
  }

  /**
   * Takes in what became of a prediction.
   * @param {Walk} walk
   * @param {Int32Array} m
   * @param {number} at
   * @param {number} choice the predictor that was followed
   * @param {number} step
   */
  #learn(walk, m, at, choice, step) {
    const { tick, ticks } = walk;
    if (step > MAX_STEP || step < -MAX_STEP) {
      resetTrackers(m, at);
    } else {
      const guesses = this.#guesses;
      const costs = this.#cost;
      const change = step << 8;
      for (let k = 0; k < this.#choices; k++) {
        const cost = costOf(change - guesses[k]);
        const kept = m[at + COST + k];
        const now = kept + ((cost - kept) >> 2);
        m[at + COST + k] = now;
        costs[k] += (cost - costs[k]) >> 6;
        if (k === choice) walk.surprise += cost - now;
      }
      this.#learnBlend(change);
      observe(m, at, step, ticks, change - guesses[TRACK], change - this.#slow);
      if (this.#choices === PREDICTORS) {
        const lag = (((guesses[RATE] - change) * 3) / 4) | 0;
        m[at + LAG] = Math.max(-256, Math.min(256, lag));
      }
      m[at + STEP] = step;
      m[at + TICKS] = ticks;
    }
    m[at + SEEN] = tick;
    if (step === 0) return;
    m[at + PAUSE] = Math.min((tick - m[at + CHANGED]) >>> 0, 0xffff);
    m[at + CHANGED] = tick;
    m[at + SIGN] = step < 0 ? -1 : 1;
  }

  /**
   * Moves every weight of the blend by a constant, in the direction in which the guess would have been less
   * wrong.
   * @param {number} change
   */
  #learnBlend(change) {
    const e = BLEND_RATE * signBeyond(change - this.#guesses[BLEND], 64);
    if (e === 0) return;
    const blend = this.#blend;
    const line = this.#line;
    const fast = this.#guesses[TRACK];
    blend[0] = clampBlend(blend[0] + e * signBeyond(line, 128));
    blend[1] = clampBlend(blend[1] + e * signBeyond(fast - line, 128));
    blend[2] = clampBlend(blend[2] + e * signBeyond(this.#slow - fast, 128));
  }
}

/** How the row does beside what is expected: calm, rough, wild, or just waking. @param {Walk} walk */
function moodOf({ waking, surprise }) {
  if (waking) return 3;
  return surprise > 700 ? 2 : surprise > 64 ? 1 : 0;
}

/** @param {number} weight */
const clampBlend = (weight) => Math.max(-MAX_BLEND, Math.min(MAX_BLEND, weight));

/** The sign of v, and 0 if it is not farther than limit from 0. @param {number} v @param {number} limit */
const signBeyond = (v, limit) => (v > limit ? 1 : v < -limit ? -1 : 0);

/**
 * About what a residual costs, in 1/256 bit: the logarithm of |v| + 16, with straight lines between the powers of
 * two.
 * @param {number} v in 1/256 quantum
 */
function costOf(v) {
  const u = Math.abs(v) + 16;
  const n = 27 - Math.clz32(u);
  return ((n << 4) + (u >>> n) - 16) << 4;
}
