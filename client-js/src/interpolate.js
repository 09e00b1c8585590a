import * as FieldKind from "./fieldkinds.js";
import { Playback } from "./playback.js";
import { normalize } from "./rotation.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Table} Table */
/** @typedef {import("./world.js").Row} Row */

/** Snapshots kept for interpolation. */
const FRAMES = 64;

/**
 * Copies of one snapshot's interpolated numbers. Arrays grow and are reused.
 * @typedef {object} Frame
 * @property {number} tick
 * @property {{count: number, ids: Float64Array, values: Float64Array}[]} tables
 */

/**
 * A field that is interpolated.
 * @typedef {object} Moving
 * @property {string} name
 * @property {number} kind
 * @property {number} size components: 1 for a number
 *
 * What one table shows: the rows last handed out and the object of each id.
 * @typedef {object} Shown
 * @property {Moving[]} moving
 * @property {number} width components of all that is moving
 * @property {import("./schema.js").Field[]} steady fields that take their newest value
 * @property {Row[]} rows
 * @property {Map<number, Row>} objects
 */

/**
 * Shows the world a little in the past, between two snapshots: fixed-point and float32 numbers
 * linearly, angles and rotations the short way round, directions along the arc between them, everything else
 * at its newest. Nothing is extrapolated: past the newest snapshot the newest stands. Rows and arrays,
 * those of rotations and directions too, are reused from call to call.
 */
export class Interpolator {
  /** @type {Frame[]} a ring */
  #frames = [];
  #count = 0;
  #playback;
  #world;
  /** @type {Shown[]} */
  #shown;
  /** @type {Record<string, Row[]>} */
  #result;
  #delay;
  #capturedAt = 0;
  #tick = 0;
  /** The tick that was asked for last, with its fraction: beyond the newest snapshot it is not what was shown. */
  #asked = 0;
  #underruns = 0;
  #isDry = false;

  /**
   * @param {World} world
   * @param {number} tickRate Hz
   * @param {import("./delay.js").Delay} delay of the view, told of every snapshot
   */
  constructor(world, tickRate, delay) {
    this.#world = world;
    this.#delay = delay;
    this.#playback = new Playback(1000 / tickRate);
    this.#shown = world.tables.map(({ fields }) => {
      const moving = fields.filter((f) => isMoving(f) && f.name !== "id").map(sized);
      return {
        moving,
        width: moving.reduce((sum, { size }) => sum + size, 0),
        steady: fields.filter((f) => !isMoving(f) && f.name !== "id"),
        rows: [],
        objects: new Map(),
      };
    });
    this.#result = Object.fromEntries(world.tables.map((t, i) => [t.name, this.#shown[i].rows]));
  }

  /** The tick that was shown last, to the nearest whole one; 0 before the first. */
  get tick() {
    return this.#tick;
  }

  /**
   * What a net graph shows.
   * @param {number} now in milliseconds
   * @param {number} rtt of pings, in milliseconds
   * @param {number} inputTick newest tick that an input was sent for, 0 for none
   */
  stats(now, rtt, inputTick) {
    const isEmpty = this.#count === 0;
    const serverTick = isEmpty ? 0 : this.#playback.serverTick(now, rtt / 2);
    return {
      /** The tick that the server is at, with its fraction, by how quickly snapshots come at best, and half a round trip. */
      serverTick,
      /** How many ticks the inputs that are sent are ahead of it. */
      lead: isEmpty || inputTick === 0 ? 0 : inputTick - serverTick,
      /** Since the newest snapshot came, in milliseconds. */
      snapshotAge: isEmpty ? 0 : now - this.#capturedAt,
      /** The tick that was asked for last, with its fraction, and how far before the newest snapshot it is: below 0 there is nothing to show. */
      viewTick: this.#asked,
      bufferMs: this.#asked > 0 ? this.#playback.ms(this.#newest.tick - this.#asked) : 0,
      /** How often the view came to be beyond the newest snapshot. */
      underruns: this.#underruns,
    };
  }

  get #newest() {
    return this.#frames[(this.#count - 1) % FRAMES];
  }

  /** Forgets every snapshot, as after coming back: what lies between was not seen. */
  reset() {
    this.#count = 0;
    this.#tick = this.#asked = 0;
    this.#isDry = false;
    this.#playback.reset();
  }

  /**
   * Takes a copy of the world as it is now.
   * @param {number} tick rising
   * @param {number} now when it arrived, in milliseconds
   */
  capture(tick, now) {
    if (this.#count > 0) {
      const { tick: newest } = this.#newest;
      this.#delay.observe(this.#playback.ageOf(newest, now), now - this.#capturedAt);
    }
    this.#capturedAt = now;
    this.#playback.observe(tick, now);
    const slot = this.#count % FRAMES;
    this.#frames[slot] ??= {
      tick: 0,
      tables: this.#world.tables.map(() => ({
        count: 0,
        ids: new Float64Array(0),
        values: new Float64Array(0),
      })),
    };
    const frame = this.#frames[slot];
    frame.tick = tick;
    this.#count++;
    this.#world.tables.forEach((table, i) => {
      copyTable(table, this.#shown[i], frame.tables[i]);
    });
  }

  /**
   * @param {number} now in milliseconds
   * @returns {Record<string, Row[]>} the rows of every table, each with its entity's `id` (which hides
   *   a field of that name)
   */
  view(now) {
    if (this.#count === 0) {
      for (const shown of this.#shown) clear(shown);
      return this.#result;
    }
    const tick = this.#playback.tickAt(now, this.#delay.at(now));
    const isDry = tick > this.#newest.tick;
    if (isDry && !this.#isDry) this.#underruns++;
    this.#isDry = isDry;
    this.#asked = tick;
    const [a, b] = this.#around(tick);
    const span = b.tick - a.tick;
    const part = span > 0 ? Math.min(1, Math.max(0, (tick - a.tick) / span)) : 0;
    this.#tick = Math.round(a.tick + part * span);
    this.#world.tables.forEach((table, i) => {
      showTable(table, this.#shown[i], a.tables[i], b.tables[i], part);
    });
    return this.#result;
  }

  /**
   * The newest frame at or before the tick and the one after it; at the ends one and the same.
   * @param {number} tick
   * @returns {[Frame, Frame]}
   */
  #around(tick) {
    const oldest = Math.max(0, this.#count - FRAMES);
    let after = this.#newest;
    if (after.tick <= tick) return [after, after];
    for (let n = this.#count - 2; n >= oldest; n--) {
      const frame = this.#frames[n % FRAMES];
      if (frame.tick <= tick) return [frame, after];
      after = frame;
    }
    return [after, after];
  }
}

/** Whether a kind of field is interpolated. @param {import("./schema.js").Field} f */
export function isMoving(f) {
  return f.kind >= FieldKind.FIXED && f.kind !== FieldKind.STRING;
}

/** @param {import("./schema.js").Field} f @returns {Moving} */
function sized({ name, kind }) {
  return { name, kind, size: kind === FieldKind.QUAT ? 4 : kind === FieldKind.UNIT ? 3 : 1 };
}

/**
 * @param {Table} table
 * @param {Shown} shown
 * @param {Frame["tables"][0]} into
 */
function copyTable({ entities }, { moving, width }, into) {
  const count = entities.length;
  if (into.ids.length < count) {
    into.ids = new Float64Array(count + (count >> 1));
    into.values = new Float64Array(into.ids.length * width);
  }
  into.count = count;
  for (let i = 0, at = 0; i < count; i++) {
    const { id, row } = entities[i];
    into.ids[i] = id;
    for (const { name, size } of moving) {
      const value = row[name];
      if (size === 1) into.values[at++] = /** @type {number} */ (value);
      else for (const c of /** @type {number[]} */ (value)) into.values[at++] = c;
    }
  }
}

/**
 * Fills what a table shows with the rows of frame a, moved towards where frame b has them.
 * @param {Table} table
 * @param {Shown} shown
 * @param {Frame["tables"][0]} a
 * @param {Frame["tables"][0]} b
 * @param {number} part 0 to 1
 */
function showTable(table, shown, a, b, part) {
  const { moving, width, steady, rows, objects } = shown;
  for (let i = 0, j = 0; i < a.count; i++) {
    const id = a.ids[i];
    while (j < b.count && b.ids[j] < id) j++;
    const to = j < b.count && b.ids[j] === id ? j : -1;
    const row = objectOf(objects, id);
    let from = i * width;
    let towards = to < 0 ? from : to * width;
    const values = to < 0 ? a.values : b.values;
    for (const { name, kind, size } of moving) {
      if (size === 1) {
        row[name] = between(kind, a.values[from], values[towards] - a.values[from], part);
      } else {
        row[name] ??= new Array(size).fill(0);
        const into = /** @type {number[]} */ (row[name]);
        turn(into, kind, a.values, from, values, towards, part);
      }
      from += size;
      towards += size;
    }
    const newest = table.rows.get(id);
    if (newest !== undefined) for (const { name } of steady) row[name] = newest[name];
    rows[i] = row;
  }
  rows.length = a.count;
  if (objects.size > a.count) prune(shown);
}

/** @param {Map<number, Row>} objects @param {number} id */
function objectOf(objects, id) {
  let row = objects.get(id);
  if (row === undefined) {
    row = { id };
    objects.set(id, row);
  }
  return row;
}

/**
 * A number part of the way to another one; an angle goes the short way round.
 * @param {number} kind
 * @param {number} from
 * @param {number} delta to the other one
 * @param {number} part
 */
export function between(kind, from, delta, part) {
  if (part === 0 || delta === 0) return from;
  if (kind !== FieldKind.ANGLE) return from + delta * part;
  const turn = 2 * Math.PI;
  const short = delta - turn * Math.round(delta / turn);
  const angle = from + short * part;
  return angle < 0 ? angle + turn : angle >= turn ? angle - turn : angle;
}

/**
 * Puts the rotation or direction between two into an array: their mean by weight, brought to length 1, which
 * is on the arc between them. Of a rotation and its opposite, which is the same, the nearer one is taken.
 * @param {number[]} into as long as they are
 * @param {number} kind
 * @param {ArrayLike<number>} a
 * @param {number} from index of the first in a
 * @param {ArrayLike<number>} b
 * @param {number} to index of the second in b
 * @param {number} part
 */
export function turn(into, kind, a, from, b, to, part) {
  let dot = 0;
  for (let i = 0; i < into.length; i++) dot += a[from + i] * b[to + i];
  const sign = kind === FieldKind.QUAT && dot < 0 ? -1 : 1;
  // Opposite directions have no arc between them: the first stands until the second does.
  const share = part < 1 && sign * dot < -0.999999 ? 0 : part;
  for (let i = 0; i < into.length; i++) {
    into[i] = a[from + i] * (1 - share) + sign * b[to + i] * share;
  }
  if (share > 0) normalize(into);
}

/** Forgets the objects of rows that are no longer shown. @param {Shown} shown */
function prune({ rows, objects }) {
  objects.clear();
  for (const row of rows) objects.set(/** @type {number} */ (row.id), row);
}

/** @param {Shown} shown */
function clear({ rows, objects }) {
  rows.length = 0;
  objects.clear();
}
