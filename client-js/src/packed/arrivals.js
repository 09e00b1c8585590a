import { dequantize } from "../dequantize.js";
import * as FieldKind from "../fieldkinds.js";
import { MAX_ROWS } from "../rows.js";
import { WireError } from "../wire.js";
import { dear, NUMBER_MODELS, number, plain, startProbs } from "./adaptivebit.js";
import { ordered } from "./order.js";

/** @typedef {import("../world.js").Entity} Entity */
/** @typedef {import("./rangecoder.js").RangeDecoder} RangeDecoder */
/** @typedef {import("./layout.js").PackedField} PackedField */

const MAX_ID = 0xffffffff;
/** Probability of one more new row, in 65536ths. */
const ANOTHER = 15 << 12;

// Models of all fields.
const GROWN = 0;
const AFTER = 1;
const GAP = 2;
const ROW_MODELS = GAP + NUMBER_MODELS;

// Models of one field.
const DIFFERS = 0;
const NEGATIVE = 1;
const DISTANCE = 2;
const FIELD_MODELS = DISTANCE + NUMBER_MODELS;

/** The rows of a table that are new. */
export class Arrivals {
  #fields;
  #texts;
  #models = new Uint32Array(ROW_MODELS);
  #fieldModels;
  /** By field: the value in the row that came last. */
  #latest;

  /** @param {PackedField[]} fields @param {import("./text.js").Texts} texts */
  constructor(fields, texts) {
    this.#fields = fields;
    this.#texts = texts;
    this.#fieldModels = new Uint32Array(FIELD_MODELS * fields.length);
    this.#latest = new Int32Array(fields.length);
  }

  reset() {
    startProbs(this.#models);
    startProbs(this.#fieldModels);
    this.#latest.fill(0);
  }

  /**
   * Reads the new rows.
   * @param {RangeDecoder} coder
   * @param {Entity[]} before the rows of the baseline, by rising id
   * @param {Map<number, any>} present the same by id
   * @returns {Entity[]} by rising id
   * @throws {WireError}
   */
  read(coder, before, present) {
    /** @type {Entity[]} */
    const rows = [];
    if (plain(coder, this.#models, GROWN) === 0) return rows;
    let id = 0;
    if (before.length > 0 && plain(coder, this.#models, AFTER) !== 0)
      id = before[before.length - 1].id;
    do {
      id += 1 + number(coder, this.#models, GAP);
      if (id > MAX_ID) throw new WireError("id gap");
      if (present.has(id)) throw new WireError("added row is present");
      if (coder.overrun) throw new WireError("added rows are cut short");
      if (before.length + rows.length >= MAX_ROWS) throw new WireError("too many rows");
      rows.push(this.#row(coder, id));
    } while (coder.bit(ANOTHER) !== 0);
    return rows;
  }

  /** @param {RangeDecoder} coder @param {number} id @returns {Entity} */
  #row(coder, id) {
    /** @type {Entity} */
    const entity = { id, q: new Array(this.#fields.length).fill(0), row: {} };
    for (const { index, field } of this.#fields) {
      const at = FIELD_MODELS * index;
      if (field.kind === FieldKind.STRING) {
        const differs = at + DIFFERS;
        entity.row[field.name] = this.#texts.read(
          coder,
          this.#fieldModels,
          differs,
          "",
          field.maxBytes,
        );
        continue;
      }
      const q = this.#value(coder, at, this.#latest[index], field.kind);
      if (q < field.min || q > field.max) throw new WireError("quantum outside its range");
      this.#latest[index] = entity.q[index] = q;
      entity.row[field.name] = dequantize(field, q);
    }
    return entity;
  }

  /**
   * Reads a quantum that is likely to be what it was in the row that came before.
   * @param {RangeDecoder} coder
   * @param {number} at of the field's models
   * @param {number} likely
   * @param {number} kind
   */
  #value(coder, at, likely, kind) {
    const models = this.#fieldModels;
    if (dear(coder, models, at + DIFFERS) === 0) return likely;
    const sign = dear(coder, models, at + NEGATIVE) !== 0 ? -1 : 1;
    const distance = sign * (number(coder, models, at + DISTANCE) + 1);
    if (kind === FieldKind.FLOAT) return ordered((ordered(likely) + distance) | 0);
    return (likely + distance) | 0;
  }
}
