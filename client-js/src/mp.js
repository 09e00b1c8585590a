import { dequantize } from "./dequantize.js";
import * as FieldKind from "./fieldkinds.js";
import { bitsOf } from "./float32.js";
import { MAX_ROWS, replaceRows } from "./rows.js";
import { WireError } from "./wire.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Table} Table */
/** @typedef {import("./world.js").Entity} Entity */
/** @typedef {import("./schema.js").Field} Field */
/** @typedef {import("./rows.js").Changes} Changes */

const MAX_ID = 0xffffffff;

/**
 * Applies a keyframe's body (codec `mp`). Rows that were there before keep their identity. An error
 * leaves the world as it was.
 *
 * @param {World} world
 * @param {any} body
 * @param {Changes | null} changes collects what changed, when given
 * @throws {WireError}
 */
export function applyKeyframe(world, body, changes) {
  /** @type {Entity[][]} */
  const contents = world.tables.map(() => []);
  let rows = 0;
  for (const [index, removed, changed, added, left] of entries(world, body)) {
    if (removed.length + changed.length + left.length > 0)
      throw new WireError("a keyframe only adds");
    contents[index] = readRows(world.tables[index], added);
    rows += contents[index].length;
  }
  if (rows > MAX_ROWS) throw new WireError("too many rows");
  contents.forEach((entities, i) => {
    replaceRows(world.tables[i], entities, changes);
  });
}

/**
 * Applies a delta's body (codec `mp`) in place. After an error the world is between two snapshots:
 * whole enough for a keyframe to be applied, and for nothing else.
 *
 * @param {World} world
 * @param {any} body
 * @param {Changes | null} changes collects what changed, when given
 * @throws {WireError}
 */
export function applyDelta(world, body, changes) {
  for (const [index, removed, changed, added, left] of entries(world, body)) {
    const table = world.tables[index];
    const gone = readIds(removed);
    const away = readIds(left);
    const fresh = readRows(table, added);
    for (const { id } of fresh) {
      if (table.rows.has(id)) throw new WireError("added row is present");
    }
    if (world.size - gone.length - away.length + fresh.length > MAX_ROWS)
      throw new WireError("too many rows");
    removeRows(table, gone, changes?.removed);
    changeRows(table, changed, changes);
    // Before what is added, of which none can leave in the same body.
    removeRows(table, away, changes?.left);
    insertRows(table, fresh, changes);
  }
}

/**
 * The body's entries with their outer shape checked.
 * @param {World} world
 * @param {any} body
 * @returns {[number, any[], any[], any[], any[]][]} table index, removed, changed, added, left
 */
function entries(world, body) {
  if (!Array.isArray(body)) throw new WireError("body is not an array");
  let last = -1;
  return body.map((entry) => {
    if (!Array.isArray(entry) || (entry.length !== 4 && entry.length !== 5)) {
      throw new WireError("bad table entry");
    }
    const [index, removed, changed, added, left = []] = entry;
    if (!Number.isInteger(index) || index <= last || index >= world.tables.length) {
      throw new WireError("table index");
    }
    if (![removed, changed, added, left].every(Array.isArray))
      throw new WireError("bad table entry");
    last = index;
    return [index, removed, changed, added, left];
  });
}

/**
 * @param {number} id the previous id of the list
 * @param {any} gap
 */
function nextId(id, gap) {
  if (!Number.isInteger(gap) || gap < 1 || id + gap > MAX_ID) throw new WireError("id gap");
  return id + gap;
}

/** @param {any[]} gaps @returns {number[]} */
function readIds(gaps) {
  let id = 0;
  return gaps.map((gap) => {
    id = nextId(id, gap);
    return id;
  });
}

/**
 * @param {Table} table
 * @param {any[]} list gap and a value for every field, again and again
 * @returns {Entity[]} by rising id
 */
function readRows({ fields }, list) {
  /** @type {Entity[]} */
  const rows = [];
  const width = fields.length + 1;
  if (list.length % width !== 0) throw new WireError("row is not complete");
  let id = 0;
  for (let at = 0; at < list.length; at += width) {
    id = nextId(id, list[at]);
    /** @type {Entity} */
    const entity = { id, q: [], row: {} };
    for (let i = 0; i < fields.length; i++) {
      const v = list[at + 1 + i];
      entity.q.push(quantumOf(fields[i], 0, v));
      entity.row[fields[i].name] = decodedValue(fields[i], entity.q[i], v);
    }
    rows.push(entity);
  }
  return rows;
}

/**
 * @param {Table} table
 * @param {any[]} list gap, mask and the masked fields' changes, again and again
 * @param {Changes | null} changes
 */
function changeRows(table, list, changes) {
  const { entities, fields } = table;
  let id = 0;
  let next = 0;
  let at = 0;
  while (at < list.length) {
    id = nextId(id, list[at]);
    while (next < entities.length && entities[next].id < id) next++;
    const entity = entities[next];
    if (entity === undefined || entity.id !== id) throw new WireError("changed row is absent");
    at = changeRow(entity, fields, list, at + 1);
    changes?.changed.push(table, entity);
  }
}

/**
 * @param {Entity} entity
 * @param {Field[]} fields
 * @param {any[]} list
 * @param {number} at of the mask
 * @returns {number} behind the row's last value
 */
function changeRow({ q, row }, fields, list, at) {
  const mask = list[at++];
  if (mask >>> 0 !== mask || mask === 0 || mask >= 2 ** fields.length) {
    throw new WireError("field mask");
  }
  for (let rest = mask | 0; rest !== 0; rest &= rest - 1) {
    const i = 31 - Math.clz32(rest & -rest);
    const field = fields[i];
    const v = list[at++];
    q[i] = quantumOf(field, q[i], v);
    row[field.name] = decodedValue(field, q[i], v);
  }
  return at;
}

/**
 * The quantum that a body's value stands for: a number is told by its distance, a rotation or direction by
 * its quantum, a float32 by itself; a string has none.
 * @param {Field} field
 * @param {number} base the quantum it had, 0 for a new row
 * @param {any} v
 * @returns {number} checked
 */
function quantumOf(field, base, v) {
  if (field.kind === FieldKind.STRING) return 0;
  if (field.kind === FieldKind.FLOAT) {
    if (typeof v !== "number" || (Math.fround(v) !== v && !Number.isNaN(v))) {
      throw new WireError("not a float32");
    }
    return bitsOf(v);
  }
  if (!Number.isInteger(v)) throw new WireError("quantum is not an integer");
  const q = FieldKind.isVector(field.kind) ? v : base + v;
  if (q < field.min || q > field.max) throw new WireError("quantum outside its range");
  return q | 0;
}

/**
 * @param {Field} field
 * @param {number} q
 * @param {any} v what the body holds: a string's value
 * @returns {import("./world.js").Value}
 */
function decodedValue(field, q, v) {
  if (field.kind !== FieldKind.STRING) return dequantize(field, q);
  if (typeof v !== "string" || !fits(v, field.maxBytes)) throw new WireError("bad string");
  return v;
}

const utf8 = new TextEncoder();

/**
 * Whether the string's UTF-8 form is at most max bytes.
 * @param {string} s
 * @param {number} max
 */
function fits(s, max) {
  return s.length * 3 <= max || (s.length <= max && utf8.encode(s).length <= max);
}

/**
 * @param {Table} table
 * @param {number[]} ids by rising id
 * @param {any[] | undefined} list of changes that they go into
 */
function removeRows(table, ids, list) {
  if (ids.length === 0) return;
  for (const id of ids) if (!table.rows.has(id)) throw new WireError("removed row is absent");
  let next = 0;
  table.entities = table.entities.filter((entity) => {
    if (entity.id !== ids[next]) return true;
    next++;
    table.rows.delete(entity.id);
    list?.push(table, entity);
    return false;
  });
}

/**
 * @param {Table} table
 * @param {Entity[]} fresh by rising id, none of them present
 * @param {Changes | null} changes
 */
function insertRows(table, fresh, changes) {
  if (fresh.length === 0) return;
  const { entities } = table;
  const inOrder = entities.length === 0 || entities[entities.length - 1].id < fresh[0].id;
  for (const entity of fresh) {
    entities.push(entity);
    table.rows.set(entity.id, entity.row);
    changes?.added.push(table, entity);
  }
  if (!inOrder) entities.sort((a, b) => a.id - b.id);
}
