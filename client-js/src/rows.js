/** @typedef {import("./world.js").Table} Table */
/** @typedef {import("./world.js").Entity} Entity */
/** @typedef {import("./schema.js").Field} Field */

/** Rows a world may grow to. */
export const MAX_ROWS = 1 << 18;

/**
 * What a body did, as flat lists of (table, entity) pairs. Who is removed is gone for good, who has left is out of
 * view and lives on.
 * @typedef {{added: any[], changed: any[], removed: any[], left: any[]}} Changes
 */

/**
 * Makes the table hold exactly these rows. A row that stays keeps its object, so whoever holds it
 * sees it go on.
 * @param {Table} table
 * @param {Entity[]} fresh by rising id
 * @param {Changes | null} changes
 */
export function replaceRows(table, fresh, changes) {
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
