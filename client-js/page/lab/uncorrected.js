/**
 * What a page shows that predicts and never looks back: the inputs run on a copy of one's own row, whatever snapshots say. The lab shows
 * it where reconciliation is switched off; nobody should play with it.
 */
export class Uncorrected {
  #step;
  #dt;
  /** @type {any} */
  #row = null;

  /** @param {(row: any, input: any, dt: number) => void} step @param {number} tickRate Hz */
  constructor(step, tickRate) {
    this.#step = step;
    this.#dt = 1 / tickRate;
  }

  /** Begins with a row, as shown. @param {any} row or null */
  begin(row) {
    this.#row = row && { ...row };
  }

  /** Runs a tick. @param {any} input */
  run(input) {
    if (this.#row)
      this.#step(
        this.#row,
        { turn: 0, thrust: false, fire: false, aim: 0, aimed: false, ...input },
        this.#dt,
      );
  }

  /** The row, or null before it has begun. */
  get row() {
    return this.#row;
  }
}
