import { replaceRows } from "../rows.js";
import { WireError } from "../wire.js";
import { Arrivals } from "./arrivals.js";
import { CHANGED, Fates, GONE, LEFT } from "./fates.js";
import { layoutOf } from "./layout.js";
import { MOTION } from "./motion.js";
import { Values } from "./values.js";

/** @typedef {import("../world.js").Table} Table */
/** @typedef {import("../world.js").Entity} Entity */
/** @typedef {import("../rows.js").Changes} Changes */
/** @typedef {import("./walk.js").Walk} Walk */

/**
 * What a stream of bodies remembers of one table, and how its part of a body is read. Rows have slots, in
 * which their motions stay while rows before them come and go.
 */
export class TableState {
  #table;
  #layout;
  #fates = new Fates();
  #arrivals;
  #values;
  /** Integers of a row's motions. */
  #stride;
  /** By slot. */
  #motions = new Int32Array(0);
  /** @type {number[]} slots that no row has, beside those from #slots on */
  #free = [];
  #slots = 0;
  /** Rows of the baseline, and by row: its slot; bit i tells whether it changed i bodies ago; its fate. */
  #count = 0;
  #slotOf = new Int32Array(0);
  #history = new Uint8Array(0);
  #fate = new Uint8Array(0);
  /** What takes their place when rows come or go. */
  #nextSlotOf = new Int32Array(0);
  #nextHistory = new Uint8Array(0);

  /** @param {Table} table @param {import("./text.js").Texts} texts */
  constructor(table, texts) {
    this.#table = table;
    this.#layout = layoutOf(table.fields);
    this.#arrivals = new Arrivals(this.#layout.fields, texts);
    this.#values = new Values(this.#layout, texts);
    this.#stride = this.#layout.components * MOTION;
  }

  /**
   * Forgets everything but that some rows came at a tick.
   * @param {number} rows
   * @param {number} tick
   */
  reset(rows, tick) {
    this.#fates.reset();
    this.#arrivals.reset();
    this.#values.reset();
    this.#free.length = this.#slots = 0;
    this.#count = rows;
    this.#makeRoom(rows);
    this.#history.fill(0, 0, rows);
    for (let row = 0; row < rows; row++) this.#slotOf[row] = this.#begin(tick);
  }

  /**
   * Reads the rows of a keyframe.
   * @param {Walk} walk
   * @param {Changes | null} changes collects what changed, when given
   * @returns {() => void} puts them into the table, once the whole body is known to be good
   * @throws {WireError}
   */
  readKeyframe(walk, changes) {
    const fresh = this.#fates.any(walk.coder) ? this.#readKeyframeRows(walk) : [];
    return () => replaceRows(this.#table, fresh, changes);
  }

  /** @param {Walk} walk @returns {Entity[]} */
  #readKeyframeRows({ coder, tick }) {
    this.#fates.read(coder, this.#fate, this.#history, [], -1);
    const fresh = this.#arrivals.read(coder, [], new Map());
    this.#merge(
      [],
      fresh,
      fresh.map(() => this.#begin(tick)),
    );
    return fresh;
  }

  /**
   * Reads the table's part of a delta and changes the table.
   * @param {Walk} walk
   * @param {Changes | null} changes collects what changed, when given
   * @throws {WireError}
   */
  readDelta(walk, changes) {
    const { coder, tick } = walk;
    const before = this.#table.entities;
    const n = before.length;
    if (n !== this.#count) throw new WireError("state of another baseline");
    if (!this.#fates.any(coder)) {
      for (let row = 0; row < n; row++) this.#history[row] <<= 1;
      return;
    }
    const { marker } = this.#layout;
    const gone = this.#fates.read(coder, this.#fate, this.#history, before, marker);
    const fresh = this.#arrivals.read(coder, before, this.#table.rows);
    const slots = fresh.map(() => this.#begin(tick));
    this.#readValues(walk, before, changes);
    if (gone + fresh.length === 0) return;
    this.#leave(before, changes);
    this.#table.entities = this.#merge(before, fresh, slots);
    for (const entity of fresh) {
      this.#table.rows.set(entity.id, entity.row);
      changes?.added.push(this.#table, entity);
    }
  }

  /** @param {Walk} walk @param {Entity[]} before @param {Changes | null} changes */
  #readValues(walk, before, changes) {
    const fate = this.#fate;
    const n = before.length;
    let first = 0;
    while (first < n && fate[first] !== CHANGED) first++;
    if (first < n) this.#values.readActive(walk);
    for (let row = 0; row < n; row++) {
      const own = this.#history[row];
      if (fate[row] >= GONE) continue;
      this.#history[row] = (own << 1) | fate[row];
      if (fate[row] !== CHANGED) continue;
      walk.surprise = 0;
      walk.waking = (own & 1) === 0;
      this.#values.read(walk, before[row], this.#motions, this.#slotOf[row] * this.#stride);
      changes?.changed.push(this.#table, before[row]);
    }
  }

  /** @param {Entity[]} before @param {Changes | null} changes */
  #leave(before, changes) {
    before.forEach((entity, row) => {
      const fate = this.#fate[row];
      if (fate < GONE) return;
      this.#table.rows.delete(entity.id);
      if (changes !== null)
        (fate === LEFT ? changes.left : changes.removed).push(this.#table, entity);
    });
  }

  /**
   * Brings rows that stay and new ones into order, with what is remembered of them.
   * @param {Entity[]} before
   * @param {Entity[]} fresh by rising id
   * @param {number[]} slots of the fresh ones
   * @returns {Entity[]} by rising id
   */
  #merge(before, fresh, slots) {
    /** @type {Entity[]} */
    const merged = [];
    this.#makeRoom(before.length + fresh.length);
    /** @param {Entity} entity @param {number} slot @param {number} history */
    const put = (entity, slot, history) => {
      this.#nextSlotOf[merged.length] = slot;
      this.#nextHistory[merged.length] = history;
      merged.push(entity);
    };
    let k = 0;
    before.forEach((entity, row) => {
      while (k < fresh.length && fresh[k].id < entity.id) put(fresh[k], slots[k++], 1);
      if (this.#fate[row] >= GONE) this.#free.push(this.#slotOf[row]);
      else put(entity, this.#slotOf[row], this.#history[row]);
    });
    while (k < fresh.length) put(fresh[k], slots[k++], 1);
    [this.#slotOf, this.#nextSlotOf] = [this.#nextSlotOf, this.#slotOf];
    [this.#history, this.#nextHistory] = [this.#nextHistory, this.#history];
    this.#count = merged.length;
    return merged;
  }

  /** Gives a new row a slot and begins its motions. @param {number} tick @returns {number} */
  #begin(tick) {
    const slot = this.#free.pop() ?? this.#slots++;
    const end = this.#slots * this.#stride;
    if (this.#motions.length < end) this.#motions = grown(this.#motions, end);
    this.#values.start(this.#motions, slot * this.#stride, tick);
    return slot;
  }

  /** @param {number} rows */
  #makeRoom(rows) {
    if (this.#fate.length >= rows) return;
    this.#fate = grown(this.#fate, rows);
    this.#history = grown(this.#history, rows);
    this.#slotOf = grown(this.#slotOf, rows);
    this.#nextHistory = new Uint8Array(this.#history.length);
    this.#nextSlotOf = new Int32Array(this.#slotOf.length);
  }
}

/**
 * A larger copy.
 * @template {Uint8Array | Int32Array} T
 * @param {T} array
 * @param {number} least elements
 * @returns {T}
 */
function grown(array, least) {
  const larger = new /** @type {any} */ (array.constructor)(least + (least >> 1));
  larger.set(array);
  return larger;
}
