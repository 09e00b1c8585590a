import * as FieldKind from "./fieldkinds.js";
import { refusedKeys, WireError } from "./guard.js";

const MAX_TABLES = 32;
const MAX_FIELDS = 32;
const MAX_INPUTS = 16;
/** Longest name, in bytes. */
const MAX_NAME = 64;
const INT32 = 0x7fffffff;

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
    return { name: checkName(t[0]), fields: parseFields(t[1], MAX_FIELDS, FieldKind.STRING) };
  });
  distinct(parsed);
  return { tables: parsed, inputs: parseFields(inputs, MAX_INPUTS, FieldKind.ANGLE) };
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
  const field = { name: checkName(name), kind, min: 0, max: 1, offset: 0, step: 1, maxBytes: 0 };
  switch (kind) {
    case FieldKind.INT:
      setRange(field, a, b);
      break;
    case FieldKind.FIXED:
      if (!Number.isFinite(a) || !Number.isFinite(b) || b <= 0) throw new WireError("fixed step");
      field.offset = a;
      field.step = b;
      setRange(field, c, d);
      break;
    case FieldKind.ANGLE:
      if (!Number.isInteger(a) || a < 1 || a > 24) throw new WireError("angle bits");
      field.max = 2 ** a - 1;
      field.step = (2 * Math.PI) / 2 ** a;
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
    throw new WireError("a name twice in the schema");
  }
}

/**
 * The value of a quantum, kinds 0-3.
 * @param {Field} field
 * @param {number} q
 * @returns {number | boolean}
 */
export function dequantize(field, q) {
  switch (field.kind) {
    case FieldKind.BOOL:
      return q !== 0;
    case FieldKind.INT:
      return q;
    case FieldKind.ANGLE:
      // The formula of the protocol, in its order of operations.
      return (q * 2 * Math.PI) / (field.max + 1);
    default:
      return field.offset + q * field.step;
  }
}

/**
 * The nearest quantum of a value, kinds 0-3: clamped to the field's range, an angle wrapped. What is
 * not a number counts as the neutral 0.
 * @param {Field} field
 * @param {unknown} value
 * @returns {number}
 */
export function quantize(field, value) {
  const v = Number.isNaN(Number(value ?? 0)) ? 0 : Number(value ?? 0);
  if (field.kind === FieldKind.BOOL) return v !== 0 ? 1 : 0;
  if (field.kind === FieldKind.ANGLE) {
    const turns = field.max + 1;
    const q = Number.isFinite(v) ? Math.round(v / field.step) % turns : 0;
    return (q + turns) % turns;
  }
  const q = Math.round((v - field.offset) / field.step);
  // Plus 0, which turns -0 into it.
  return Math.min(field.max, Math.max(field.min, q)) + 0;
}
