import * as FieldKind from "./fieldkinds.js";
import { bitsOf } from "./float32.js";
import { WireError } from "./guard.js";
import { dequantize } from "./schema.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Table} Table */
/** @typedef {import("./world.js").Entity} Entity */
/** @typedef {import("./schema.js").Field} Field */

/** Rows a world may grow to. */
export const MAX_ROWS = 1 << 18;
const MAX_ID = 0xffffffff;
/** @type {any[]} */
const NONE = [];

/**
 * What a body did, as flat lists of (table, entity) pairs. What is in `left` left the view and lives on.
 * @typedef {{added: any[], changed: any[], removed: any[], left: any[]}} Changes
 */

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
  for (const [index, removed, changed, added, left = NONE] of entries(world, body)) {
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
  for (const [index, removed, changed, added, left = NONE] of entries(world, body)) {
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
    removeRows(table, away, changes?.left);
    insertRows(table, fresh, changes);
  }
}

/**
 * The body's entries with their outer shape checked.
 * @param {World} world
 * @param {any} body
 * @returns {[number, any[], any[], any[], any[]?][]}
 */
function entries(world, body) {
  if (!Array.isArray(body)) throw new WireError("body is not an array");
  let last = -1;
  for (const entry of body) {
    if (!Array.isArray(entry) || entry.length < 4 || entry.length > 5) {
      throw new WireError("bad table entry");
    }
    const [index, ...lists] = entry;
    if (!Number.isInteger(index) || index <= last || index >= world.tables.length) {
      throw new WireError("table index");
    }
    if (!lists.every(Array.isArray)) throw new WireError("bad table entry");
    last = index;
  }
  return body;
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
 * @param {any[] | undefined} list collects the rows, when given
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

/**
 * Makes the table hold exactly these rows. A row that stays keeps its object, so whoever holds it
 * sees it go on.
 * @param {Table} table
 * @param {Entity[]} fresh by rising id
 * @param {Changes | null} changes
 */
function replaceRows(table, fresh, changes) {
  const before = new Map(table.entities.map((e) => [e.id, e]));
  table.rows.clear();
  table.entities = fresh.map((entity) => {
    const old = before.get(entity.id);
    before.delete(entity.id);
    const kept = old === undefined ? entity : overwrite(table.fields, old, entity);
    table.rows.set(kept.id, kept.row);
    if (old === undefined) changes?.added.push(table, kept);
    else changes?.changed.push(table, kept);
    return kept;
  });
  for (const entity of before.values()) changes?.removed.push(table, entity);
}

/**
 * @param {Field[]} fields
 * @param {Entity} old
 * @param {Entity} fresh
 */
function overwrite(fields, old, fresh) {
  old.q = fresh.q;
  for (const { name } of fields) old.row[name] = fresh.row[name];
  return old;
}
