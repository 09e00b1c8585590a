import { WireError } from "../wire.js";
import { mixed, NUMBER_MODELS, number, plain, startMixers, startProbs } from "./adaptivebit.js";

/** @typedef {import("./rangecoder.js").RangeDecoder} RangeDecoder */

// What becomes of a row of the baseline.
export const KEPT = 0;
export const CHANGED = 1;
export const GONE = 2;
/** It left the view and lives on. */
export const LEFT = 3;

/** Rows of a block; blocks at rest take one bit. */
const BLOCK = 16;
const MAX_RECENT = 5;

// Where each group of models begins.
const ANY = 0;
const FIRST_GONE = ANY + 1;
const MORE_GONE = FIRST_GONE + 1;
const OUT_OF_VIEW = MORE_GONE + 1;
const GONE_GAP = OUT_OF_VIEW + 1;
const IN_BLOCK = GONE_GAP + NUMBER_MODELS;
const IN_ROW = IN_BLOCK + 2 * (MAX_RECENT + 1);
const NEAR = IN_ROW + 256;
const MODELS = NEAR + 32;

/** What becomes of a table's rows: which are gone, and which of the others change. */
export class Fates {
  #models = new Uint32Array(MODELS);
  #weights = new Int32Array(4);

  reset() {
    startProbs(this.#models);
    startMixers(this.#weights);
  }

  /** Whether anything changed in the table. @param {RangeDecoder} coder */
  any(coder) {
    return plain(coder, this.#models, ANY) !== 0;
  }

  /**
   * Reads what becomes of rows.
   * @param {RangeDecoder} coder
   * @param {Uint8Array} fates filled
   * @param {Uint8Array} history of each row: bit i tells whether it changed i bodies ago, 0 being the last one
   * @param {import("../world.js").Entity[]} rows as they are in the baseline
   * @param {number} marker the first boolean field, -1 for none
   * @returns {number} rows that do not stay
   * @throws {WireError}
   */
  read(coder, fates, history, rows, marker) {
    const n = rows.length;
    fates.fill(KEPT, 0, n);
    const gone = this.#readGone(coder, fates, n);
    let block = 0;
    for (let start = 0; start < n; start += BLOCK) {
      const end = Math.min(n, start + BLOCK);
      let recent = 0;
      for (let row = start; row < end; row++) if ((history[row] & 3) !== 0) recent++;
      block = plain(coder, this.#models, IN_BLOCK + 2 * Math.min(recent, MAX_RECENT) + block);
      if (block !== 0) this.#readBlock(coder, fates, start, end, history, rows, marker);
    }
    return gone;
  }

  /**
   * Reads which rows are there no more: how many that stay lie between each and the one before.
   * @param {RangeDecoder} coder
   * @param {Uint8Array} fates
   * @param {number} n
   */
  #readGone(coder, fates, n) {
    const models = this.#models;
    let count = 0;
    let row = 0;
    for (
      let more = plain(coder, models, FIRST_GONE);
      more;
      more = plain(coder, models, MORE_GONE)
    ) {
      row += number(coder, models, GONE_GAP);
      if (row >= n) throw new WireError("removed row beyond the last");
      fates[row++] = GONE + plain(coder, models, OUT_OF_VIEW);
      count++;
    }
    return count;
  }

  /**
   * Reads which rows of a block change: by a row's history, and by that of the rows beside it.
   * @param {RangeDecoder} coder
   * @param {Uint8Array} fates
   * @param {number} start
   * @param {number} end
   * @param {Uint8Array} history
   * @param {import("../world.js").Entity[]} rows
   * @param {number} marker
   */
  #readBlock(coder, fates, start, end, history, rows, marker) {
    let before = 0;
    for (let row = start; row < end; row++) {
      if (fates[row] >= GONE) continue;
      const own = history[row];
      let near = before | ((own & 1) << 1);
      if (marker >= 0) near |= rows[row].q[marker] << 4;
      if (row > 0) near |= (history[row - 1] & 1) << 2;
      if (row + 1 < rows.length) near |= (history[row + 1] & 1) << 3;
      const weights = 2 * (own & 1);
      before = mixed(coder, this.#models, IN_ROW + own, NEAR + near, this.#weights, weights);
      fates[row] = before;
    }
  }
}
