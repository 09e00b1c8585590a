import * as FieldKind from "./fieldkinds.js";
import { finish, mix } from "./hash.js";

/** @typedef {import("./schema.js").Schema} Schema */
/** @typedef {import("./schema.js").TableSchema} TableSchema */
/**
 * A rotation is [x, y, z, w], a direction [x, y, z]: an array that is replaced by a change, never written to.
 * @typedef {number | boolean | string | number[]} Value
 * @typedef {Record<string, Value>} Row
 * @typedef {Row & {id: number}} RowWithId a row with its entity's id
 */

/**
 * One entity: its quanta, signed 32-bit integers (0 for a string), beside the row the game reads.
 * @typedef {object} Entity
 * @property {number} id
 * @property {number[]} q
 * @property {Row} row
 */

/** A table of the replicated world. */
export class Table {
  /** @type {Entity[]} by rising id */
  entities = [];
  /** @type {Map<number, Row>} the same rows, as the game sees them */
  rows = new Map();

  /** @param {TableSchema} schema */
  constructor(schema) {
    this.name = schema.name;
    this.fields = schema.fields;
  }
}

/** The replicated world as of the newest snapshot. Bodies change it in place; see mp.js. */
export class World {
  /** @param {Schema} schema */
  constructor(schema) {
    this.tables = schema.tables.map((t) => new Table(t));
    /** What the game reads: the rows of each table by id. */
    this.state = {
      tables: /** @type {Record<string, Map<number, Row>>} */ (
        Object.fromEntries(this.tables.map((t) => [t.name, t.rows]))
      ),
    };
  }

  /** @returns {number} rows in all tables */
  get size() {
    let n = 0;
    for (const t of this.tables) n += t.entities.length;
    return n;
  }

  /** @returns {Record<string, RowWithId[]>} copies of the rows of each table, by rising id, which each has as its `id` */
  newest() {
    return Object.fromEntries(
      this.tables.map((t) => [t.name, t.entities.map(({ id, row }) => ({ ...row, id }))]),
    );
  }

  /** The hash of protocol section 7. */
  hash() {
    let h = 0;
    let words = 0;
    for (const { entities, fields } of this.tables) {
      h = mix(h, entities.length);
      words += 1 + entities.length;
      for (const { id, q, row } of entities) {
        h = mix(h, id);
        for (let i = 0; i < fields.length; i++) {
          words++;
          if (fields[i].kind !== FieldKind.STRING) {
            h = mix(h, q[i]);
            continue;
          }
          const used = fillText(/** @type {string} */ (row[fields[i].name]));
          h = mix(h, used);
          words += (used + 3) >> 2;
          for (let at = 0; at < used; at += 4) h = mix(h, textView.getInt32(at, true));
        }
      }
    }
    return finish(h, words);
  }
}

const utf8 = new TextEncoder();
/** Takes the longest string a schema allows, 255 bytes, and its padding. */
const text = new Uint8Array(260);
const textView = new DataView(text.buffer);

/**
 * Puts the string's UTF-8 bytes into the scratch buffer, zeros after them to a whole word.
 * @param {string} s
 * @returns {number} bytes
 */
function fillText(s) {
  const { written } = utf8.encodeInto(s, text);
  text.fill(0, written, written + 3);
  return written;
}
