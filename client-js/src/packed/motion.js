/**
 * What a stream remembers of one component of one row, as integers in an Int32Array, and the predictions made of
 * it. A change is in 1/256 of a quantum where nothing else is said.
 */

/** Tick of the snapshot in which it was last coded. */
export const SEEN = 0;
/** Tick of its last change; while PAUSE is 0 that of its first snapshot. */
export const CHANGED = 1;
/** What it last changed by, in quanta, maybe 0. */
export const STEP = 2;
/** In how many ticks it made that step; 0: in none yet. */
export const TICKS = 3;
/** What the declared rate last said too much, of which three quarters are kept. */
export const LAG = 4;
/** Ticks between its last two changes, at most 65535; 0: not two yet. */
export const PAUSE = 5;
/** Steps that the trackers have seen since they were reset, up to FIRST_GAINS.length. */
export const STEPS = 6;
/** Of its last residual: 0 for 0, else the length of the magnitude in bits. */
export const CLASS = 7;
/** Of its last change: -1 or 1, 0 before the first. */
export const SIGN = 8;
/** Running mean of what each predictor's residuals cost, in 1/256 bit: four of them. */
export const COST = 9;
/** A tracker has three numbers: how far it is ahead of the value, its velocity, its acceleration. */
export const FAST = 13;
export const SLOW = 16;
/** Integers of one motion. */
export const MOTION = 19;

/** A baseline further behind counts as so far, in ticks. */
export const MAX_TICKS = 16;
const MAX_GUESS = 1 << 26;
/** A tracker that is wrong by more starts anew. */
const MAX_ERROR = 1 << 22;
const MAX_ACCEL = 1 << 22;
/** Ticks without a change after which motion starts anew. */
const MAX_REST = 6;

/**
 * The parts of an error that a tracker keeps ahead, and by which it corrects velocity and acceleration, in
 * 1/256: of a fading-memory filter of second order.
 */
const FAST_GAINS = [7, 245, 88];
const SLOW_GAINS = [70, 78, 11];
/** Those of the first steps after a reset, where they are higher. */
const FIRST_GAINS = [
  [0, 256, 0],
  [0, 384, 256],
  [4, 270, 108],
  [11, 219, 70],
  [23, 168, 43],
  [32, 144, 32],
  [43, 121, 23],
  [55, 98, 16],
];

/** @param {number} v */
export function clampGuess(v) {
  return Math.max(-MAX_GUESS, Math.min(MAX_GUESS, v)) | 0;
}

/**
 * A motion's beginning, of which the costs are still to be set.
 * @param {Int32Array} m
 * @param {number} at of the motion
 * @param {number} tick
 */
export function startMotion(m, at, tick) {
  m.fill(0, at, at + MOTION);
  m[at + SEEN] = m[at + CHANGED] = tick;
}

/**
 * @param {Int32Array} m
 * @param {number} at of the tracker
 * @param {number} ticks
 */
export function trackerGuess(m, at, ticks) {
  const curve = Math.imul((Math.imul(m[at + 2], ticks) / 2) | 0, ticks);
  return clampGuess(m[at] + Math.imul(m[at + 1], ticks) + curve);
}

/**
 * Lets both trackers take in a step.
 * @param {Int32Array} m
 * @param {number} at of the motion
 * @param {number} step in quanta
 * @param {number} ticks
 * @param {number} wrongFast what the fast tracker fell short by
 * @param {number} wrongSlow the slow one
 */
export function observe(m, at, step, ticks, wrongFast, wrongSlow) {
  let fast = FAST_GAINS;
  let slow = SLOW_GAINS;
  const steps = m[at + STEPS];
  if (steps < FIRST_GAINS.length) {
    const first = FIRST_GAINS[steps];
    if (first[1] > fast[1]) fast = first;
    if (first[1] > slow[1]) slow = first;
    m[at + STEPS]++;
  }
  observeTracker(m, at + FAST, step, ticks, wrongFast, fast);
  observeTracker(m, at + SLOW, step, ticks, wrongSlow, slow);
}

/**
 * @param {Int32Array} m
 * @param {number} at of the tracker
 * @param {number} step
 * @param {number} ticks
 * @param {number} wrong
 * @param {number[]} gains
 */
function observeTracker(m, at, step, ticks, wrong, gains) {
  if (wrong > MAX_ERROR || wrong < -MAX_ERROR) {
    m[at] = m[at + 2] = 0;
    m[at + 1] = (step * 256) / ticks;
    return;
  }
  const perTick = (wrong / ticks) | 0;
  const accel = m[at + 2];
  const turn = Math.imul((perTick / ticks) | 0, gains[2]) >> 8;
  const velocity = m[at + 1] + Math.imul(accel, ticks) + (Math.imul(perTick, gains[1]) >> 8);
  m[at] = -(Math.imul(wrong, gains[0]) >> 8);
  m[at + 1] = clampGuess(velocity);
  m[at + 2] = Math.max(-MAX_ACCEL, Math.min(MAX_ACCEL, accel + turn));
}

/** @param {Int32Array} m @param {number} at of the motion */
export function resetTrackers(m, at) {
  m.fill(0, at + FAST, at + MOTION);
  m[at + STEPS] = m[at + STEP] = m[at + LAG] = 0;
  m[at + TICKS] = 1;
}

/**
 * Catches up with bodies in which the component was not coded because nothing changed.
 * @param {Int32Array} m
 * @param {number} at of the motion
 * @param {number} baseTick
 */
export function rest(m, at, baseTick) {
  const ticks = (baseTick - m[at + SEEN]) >>> 0;
  m[at + SEEN] = baseTick;
  if (ticks > MAX_REST) {
    resetTrackers(m, at);
    return;
  }
  m[at + STEP] = m[at + LAG] = 0;
  m[at + TICKS] = 1;
  observe(m, at, 0, ticks, -trackerGuess(m, at + FAST, ticks), -trackerGuess(m, at + SLOW, ticks));
}

/**
 * Turns the direction of everything around: the value is measured the other way.
 * @param {Int32Array} m
 * @param {number} at of the motion
 */
export function reverse(m, at) {
  m[at + STEP] = -m[at + STEP];
  m[at + SIGN] = -m[at + SIGN];
  for (let i = at + FAST; i < at + MOTION; i++) m[i] = -m[i];
}

/**
 * Whether the next change is expected, if they come at even intervals: 0 no, 1 now, 2 it is late.
 * @param {Int32Array} m
 * @param {number} at of the motion
 * @param {number} baseTick
 * @param {number} tick
 */
export function due(m, at, baseTick, tick) {
  const pause = m[at + PAUSE];
  if (pause === 0 || (tick - m[at + CHANGED]) >>> 0 < pause) return 0;
  return (baseTick - m[at + CHANGED]) >>> 0 < pause ? 1 : 2;
}
