import * as FieldKind from "./fieldkinds.js";
import { checkRates } from "./rates.js";
import { refusedKeys, WireError } from "./wire.js";

const MAX_TABLES = 32;
const MAX_FIELDS = 32;
const MAX_INPUTS = 16;
/** Longest name, in bytes. */
const MAX_NAME = 64;
const INT32 = 0x7fffffff;
/** Part of a field's range that is no way but another place. */
const SNAP = 1 / 8;

const utf8 = new TextEncoder();

/**
 * A field of a table or of the input.
 * @typedef {object} Field
 * @property {string} name
 * @property {number} kind
 * @property {number} min least quantum
 * @property {number} max greatest quantum
 * @property {number} offset value of quantum 0
 * @property {number} step value of one quantum; for an angle in radians
 * @property {number} maxBytes of a string
 * @property {number} bits of an angle, or of each component of a rotation or direction
 * @property {number} rate index of the field that is this one's rate of change; -1 for none
 * @property {number} perTick what a quantum of that rate changes in a tick, in 65536ths of a quantum
 * @property {boolean} moving whether it is interpolated: a number with a fraction, an angle, a rotation or a direction
 * @property {boolean} smooth whether a sudden change of it is seen as a jump: so, and no other field's rate
 * @property {number} snap from what change on, in units, it is at another place, unless the game says something else: an eighth of its range, where it
 *   is a number that has one
 *
 * @typedef {object} TableSchema
 * @property {string} name
 * @property {Field[]} fields
 *
 * @typedef {object} Schema
 * @property {TableSchema[]} tables
 * @property {Field[]} inputs
 */

/**
 * Reads and checks the schema of an `enter` frame.
 * @param {any[]} tables
 * @param {any[]} inputs
 * @returns {Schema}
 * @throws {WireError}
 */
export function parseSchema(tables, inputs) {
  if (tables.length > MAX_TABLES) throw new WireError("too many tables");
  const parsed = tables.map((t) => {
    if (!Array.isArray(t) || t.length < 2) throw new WireError("table is not [name, fields]");
    return { name: checkName(t[0]), fields: parseFields(t[1], MAX_FIELDS, FieldKind.UNIT) };
  });
  distinct(parsed);
  const fields = parseFields(inputs, MAX_INPUTS, FieldKind.ANGLE);
  if (fields.some((f) => f.rate >= 0)) throw new WireError("input with a rate");
  return { tables: parsed, inputs: fields };
}

/**
 * @param {any} list
 * @param {number} max
 * @param {number} lastKind
 * @returns {Field[]}
 */
function parseFields(list, max, lastKind) {
  if (!Array.isArray(list) || list.length > max) throw new WireError("bad list of fields");
  const fields = list.map((f) => parseField(f, lastKind));
  distinct(fields);
  checkRates(fields);
  const rates = new Set(fields.map((f) => f.rate));
  fields.forEach((f, i) => {
    f.smooth = f.moving && !rates.has(i);
  });
  return fields;
}

/**
 * @param {any} f
 * @param {number} lastKind
 * @returns {Field}
 */
function parseField(f, lastKind) {
  if (!Array.isArray(f) || f.length < 2) throw new WireError("field is not [name, kind, ...]");
  const [name, kind, a, b, c, d] = f;
  if (!Number.isInteger(kind) || kind < 0 || kind > lastKind) throw new WireError("field kind");
  const field = {
    name: checkName(name),
    kind,
    min: 0,
    max: 1,
    offset: 0,
    step: 1,
    maxBytes: 0,
    bits: 0,
    rate: -1,
    perTick: 0,
    moving: kind >= FieldKind.FIXED && kind !== FieldKind.STRING,
    smooth: false,
    snap: Number.POSITIVE_INFINITY,
  };
  switch (kind) {
    case FieldKind.INT:
      setRange(field, a, b);
      setRate(field, f, 4);
      break;
    case FieldKind.FIXED:
      if (!Number.isFinite(a) || !Number.isFinite(b) || b <= 0) throw new WireError("fixed step");
      field.offset = a;
      field.step = b;
      setRange(field, c, d);
      // Nearly all of 32 bits is as good as no range.
      if (d - c <= INT32) field.snap = (d - c) * b * SNAP;
      setRate(field, f, 6);
      break;
    case FieldKind.ANGLE:
      setBits(field, a, 1, 24);
      field.max = 2 ** a - 1;
      field.step = (2 * Math.PI) / 2 ** a;
      setRate(field, f, 3);
      break;
    case FieldKind.FLOAT:
      field.min = -INT32 - 1;
      field.max = INT32;
      break;
    case FieldKind.QUAT:
      setBits(field, a, 2, 10);
      // Ten bits and the index fill an int32, signs and all.
      field.min = a === 10 ? -INT32 - 1 : 0;
      field.max = a === 10 ? INT32 : 2 ** (2 + 3 * a) - 1;
      break;
    case FieldKind.UNIT:
      setBits(field, a, 2, 15);
      field.max = 2 ** (2 * a) - 1;
      break;
    case FieldKind.STRING:
      if (!Number.isInteger(a) || a < 1 || a > 255) throw new WireError("string length");
      field.maxBytes = a;
      break;
  }
  return field;
}

/** @param {Field} field @param {any} min @param {any} max */
function setRange(field, min, max) {
  if (!Number.isInteger(min) || !Number.isInteger(max) || min > max) {
    throw new WireError("field range");
  }
  if (min < -INT32 - 1 || max > INT32) throw new WireError("field range beyond 32 bits");
  field.min = min;
  field.max = max;
}

/** @param {Field} field @param {any} bits @param {number} least @param {number} most */
function setBits(field, bits, least, most) {
  if (!Number.isInteger(bits) || bits < least || bits > most) throw new WireError("field bits");
  field.bits = bits;
}

/**
 * Reads the rate behind a field's parameters, if there is one.
 * @param {Field} field
 * @param {any[]} list
 * @param {number} at
 */
function setRate(field, list, at) {
  if (list.length <= at) return;
  const [rate, perTick] = list.slice(at, at + 2);
  if (!Number.isInteger(rate) || rate < 0 || rate > MAX_FIELDS) throw new WireError("field rate");
  // Nothing but whole 32-bit numbers come through `| 0` unchanged; none is 0 where there is no rate.
  if ((perTick | 0) !== perTick || (perTick !== 0) !== rate > 0)
    throw new WireError("rate per tick");
  field.rate = rate - 1;
  field.perTick = perTick;
}

/** @param {any} name @returns {string} */
function checkName(name) {
  if (typeof name !== "string" || name === "" || utf8.encode(name).length > MAX_NAME) {
    throw new WireError("bad name in the schema");
  }
  // Names become keys of plain objects.
  if (refusedKeys.has(name)) throw new WireError("refused name in the schema");
  return name;
}

/** @param {{name: string}[]} list */
function distinct(list) {
  if (new Set(list.map((e) => e.name)).size !== list.length) {
    throw new WireError("name twice in the schema");
  }
}
