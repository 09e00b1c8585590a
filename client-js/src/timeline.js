/**
 * One tick of a row that is predicted.
 * @typedef {object} Moment
 * @property {number} tick 0: none
 * @property {number[]} input quanta of the input that is in force in the tick
 * @property {number[]} row quanta of the row after it
 */

/** The last ticks of a row that is predicted, by tick: a ring, made once. */
export class Timeline {
  /** @type {Moment[]} */
  #moments;

  /**
   * @param {number} length ticks that are kept
   * @param {number} inputs fields of an input
   * @param {number} fields of a row
   */
  constructor(length, inputs, fields) {
    this.#moments = Array.from({ length }, () => ({
      tick: 0,
      input: new Array(inputs).fill(0),
      row: new Array(fields).fill(0),
    }));
  }

  get length() {
    return this.#moments.length;
  }

  /**
   * The place of a tick. It holds another's, or none, where `tick` says so.
   * @param {number} tick
   */
  at(tick) {
    return this.#moments[tick % this.#moments.length];
  }

  /**
   * Makes the place of a tick that tick's, unless it is already.
   * @param {number} tick
   * @param {number[]} input in force where none is known
   */
  claim(tick, input) {
    const moment = this.at(tick);
    if (moment.tick !== tick) {
      moment.tick = tick;
      copy(input, moment.input);
    }
    return moment;
  }

  clear() {
    for (const moment of this.#moments) moment.tick = 0;
  }
}

/** @param {number[]} from @param {number[]} to of the same length */
export function copy(from, to) {
  for (let i = 0; i < from.length; i++) to[i] = from[i];
}
