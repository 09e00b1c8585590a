import * as FieldKind from "./fieldkinds.js";

/** @typedef {import("./schema.js").Field} Field */
/** @typedef {import("./world.js").Row} Row */

/** Most that wait for the server's word at a time. */
const MOST_WAITING = 64;
/** How long the server may take beyond the tick of the input, over what time the two are made one, and how long one without a row lives, in ms. */
const GRACE_MS = 100;
const BLEND_MS = 100;
const LIFE_MS = 1000;
/** For how long one that was taken back is remembered, should the server have it after all, in ms: an input that was held up comes some 100 ms late. */
const AGAIN_MS = 500;
/** Longest that the two are made one for, where the server's is far behind. */
const MOST_BLEND_MS = 1000;

/**
 * What a game tells of the rows that it makes before the server does.
 * @typedef {object} Spawning
 * @property {string} table the rows' table
 * @property {(row: any) => boolean} mine which rows of it are one's own: these are shown here, each once, and the others by `room.view`
 * @property {(row: any) => unknown} [key] what tells one's own rows apart, in the predicted and in the server's; without it they are
 *   matched in their order, by the tick in which they came to be
 * @property {(row: any, dt: number) => void} [move] moves a row on by up to a tick, in seconds, in place, and back where that is below 0;
 *   by default each field by its rate
 * @property {"predicted" | "view"} [time] when the server's row is shown: as one's own row is, ahead of the server, which is the default,
 *   or as others are by `room.view`, for a server that fires in the past that the player saw (lag compensation)
 * @property {number} [graceMs] beyond the tick that it is for, within which the server must have it; 100 by default
 * @property {number} [blendMs] over which a predicted row becomes the server's, 100 by default; longer where that would have it move back
 * @property {number} [lifeMs] of one that `confirm` was called for, and that has no row; 1000 by default
 * @property {(shown: any) => void} [confirmed] the server has it, too
 * @property {(shown: any) => void} [rolledBack] the server does not: it is not shown any more
 * @property {(shown: any) => void} [again] the server has one after all that was taken back within the last half second: it is shown again, and
 *   what was heard of it need not be heard twice
 *
 * What is needed of a room.
 * @typedef {object} Place
 * @property {import("./room.js").Room} room
 * @property {import("./world.js").Table} table
 * @property {typeof import("./smoothing.js").Smoothing} Smoothing which comes in another file
 * @property {() => number} now in milliseconds
 * @property {() => import("./predictor.js").Predictor | null} predictor
 * @property {() => import("./interpolate.js").Interpolator | null} interpolator
 * @property {(error: unknown) => void} report
 *
 * @typedef {object} Spawn
 * @property {number} id of its row, below 0 while there is none
 * @property {unknown} key
 * @property {number} tick of its base
 * @property {Row} base as it was after that tick
 * @property {"waits" | "known" | "rowless"} is
 * @property {number} gone tick from which on its row is no longer
 * @property {boolean} hidden
 * @property {import("./smoothing.js").Smoothing} smoothing
 * @property {Row} shown reused
 */

/**
 * Rows that one's own input makes (shots, say), shown in the frame of the input. When the server's row comes the two are one from then on,
 * and where they differ the difference goes away within some frames; where it does not come in time, what was shown is taken back.
 */
export class Spawns {
  /** How many the server confirmed, and how many were taken back. */
  confirmed = 0;
  rolledBack = 0;

  #is;
  #place;
  #tickRate;
  #grace;
  #life;
  /** @type {Spawn[]} in the order in which they were made */
  #spawns = [];
  /** Of those that were taken back, until they are forgotten: their keys, and the ticks in which they were. @type {{key: unknown, tick: number}[]} */
  #back = [];
  /** @type {[number, Row][]} one's own rows that came with the present snapshot */
  #came = [];
  /** @type {Row[]} reused */
  #rows = [];
  #offs;
  #nextId = -1;
  /** Whether the next snapshot is the first after a lost connection. */
  #isBack = false;
  /** Reused. */
  #scratch = /** @type {Row} */ ({});

  /** @param {Spawning} spawning @param {Place} place */
  constructor(spawning, place) {
    const { mine, graceMs = GRACE_MS, lifeMs = LIFE_MS } = spawning;
    if (typeof mine !== "function") throw new TypeError("mine must be a function");
    this.#is = spawning;
    this.#place = place;
    const { room } = place;
    this.#tickRate = room.tickRate;
    this.#grace = (graceMs * room.tickRate) / 1000;
    this.#life = (lifeMs * room.tickRate) / 1000;
    const { name } = place.table;
    this.#offs = [
      room.on("add", (table, id, row) => {
        if (table === name && mine(row)) this.#came.push([id, row]);
      }),
      room.on("remove", (table, id) => {
        if (table === name) this.#removed(id);
      }),
      room.on("snapshot", () => this.#snapshot(room.tick)),
      room.on("resume", () => {
        this.#isBack = true;
      }),
      room.on("exit", () => this.stop()),
    ];
    if (room.tick > 0) this.#snapshot(room.tick);
  }

  /**
   * Shows a row from now on that one's own input of a tick makes.
   * @param {Row} row all of its fields, as they are after that tick
   * @param {number} tick as `ran` of the prediction is told it
   * @returns {number} its id while it has none of the server's, below 0; 0: too many wait, it is not shown
   */
  add(row, tick) {
    if (this.#spawns.filter((s) => s.is === "waits").length >= MOST_WAITING) return 0;
    return this.#push(this.#nextId--, { ...row }, tick, "waits").id;
  }

  /** The server has it, as an event tells: it is not taken back, and lives as long as it was said to. @param {number} id */
  confirm(id) {
    const spawn = this.#spawns.find((s) => s.id === id && s.is === "waits");
    if (spawn !== undefined) this.#confirm(spawn, "rowless");
  }

  /** Shows one no longer, as it has hit something; nor its row. @param {number} id */
  hide(id) {
    const spawn = this.#spawns.find((s) => s.id === id);
    if (spawn !== undefined) spawn.hidden = true;
  }

  /**
   * All that are one's own, with their ids. Array and rows are reused by the next call.
   * @param {number} [now] milliseconds on the clock of `performance.now`
   * @returns {any[]}
   */
  view(now = this.#place.now()) {
    const predicted = this.#predictedAt(now);
    this.#spawns = this.#spawns.filter(
      (s) =>
        this.#tickOf(s, now) < s.gone && (s.is !== "rowless" || predicted - s.tick < this.#life),
    );
    this.#rows.length = 0;
    for (const spawn of this.#spawns) {
      if (spawn.hidden) continue;
      const { shown, smoothing } = spawn;
      Object.assign(shown, this.#at(spawn, this.#tickOf(spawn, now)));
      smoothing.fields.forEach((at, i) => {
        const { name } = this.#place.table.fields[at];
        shown[name] = smoothing.shown(i, /** @type {number | number[]} */ (shown[name]), now);
      });
      shown.id = spawn.id;
      this.#rows.push(shown);
    }
    return this.#rows;
  }

  /** Shows none any more. */
  stop() {
    for (const off of this.#offs) off();
    this.#spawns = [];
    this.#came = [];
    this.#back = [];
  }

  /** @param {number} id @param {Row} base @param {number} tick @param {Spawn["is"]} is */
  #push(id, base, tick, is) {
    /** @type {Spawn} */
    const spawn = {
      id,
      key: this.#is.key?.(base),
      tick,
      base,
      is,
      gone: Number.POSITIVE_INFINITY,
      hidden: false,
      smoothing: new this.#place.Smoothing(
        this.#place.table.fields,
        this.#is.blendMs ?? BLEND_MS,
        undefined,
      ),
      shown: {},
    };
    this.#spawns.push(spawn);
    return spawn;
  }

  /** The tick of one's own row that is shown, with its fraction. @param {number} now */
  #predictedAt(now) {
    return this.#place.predictor()?._shownAt(now) ?? this.#place.room.tick;
  }

  /** The tick in which one is shown. @param {Spawn} spawn @param {number} now */
  #tickOf(spawn, now) {
    const { room, interpolator } = this.#place;
    if (spawn.is === "known" && this.#is.time === "view") return interpolator()?.shown || room.tick;
    const tick = this.#predictedAt(now);
    // It is shown in the frame of its input, which is up to a tick before that tick is.
    return spawn.is === "known" ? tick : Math.max(tick, spawn.tick);
  }

  /** Where one is, in a tick, without smoothing. @param {Spawn} spawn @param {number} tick @returns {Row} reused */
  #at(spawn, tick) {
    const row = Object.assign(this.#scratch, spawn.base);
    const { fields } = this.#place.table;
    // Not a number, nor beyond a second, is no time to move over.
    const ticks = tick - spawn.tick || 0;
    const most = this.#tickRate;
    let left = Math.min(most, Math.max(-most, ticks)) / most;
    const dt = 1 / most;
    try {
      while (left !== 0) {
        const by = Math.abs(left) < dt * 1.0001 ? left : Math.sign(left) * dt;
        if (this.#is.move) this.#is.move(row, by);
        else drift(row, fields, by * most);
        left -= by;
      }
    } catch (error) {
      this.#place.report(error);
    }
    return row;
  }

  /** What is smoothed of where one is. @param {Spawn} spawn @param {number} tick */
  #raw(spawn, tick) {
    const row = this.#at(spawn, tick);
    const { fields } = this.#place.table;
    return spawn.smoothing.fields.map(
      (i) => /** @type {number | number[]} */ (row[fields[i].name]),
    );
  }

  /** @param {number} id */
  #removed(id) {
    const spawn = this.#spawns.find((s) => s.id === id);
    // The snapshot that it is gone with is told of later, and has this tick.
    if (spawn !== undefined) spawn.gone = this.#place.room.tick;
    this.#came = this.#came.filter(([came]) => came !== id);
  }

  /** @param {number} tick */
  #snapshot(tick) {
    const now = this.#place.now();
    this.#match(tick, now);
    for (const spawn of this.#spawns) {
      const row = this.#place.table.rows.get(spawn.id);
      if (spawn.is === "known" && row !== undefined) this.#rebase(spawn, row, tick, now);
    }
    // What was sent before a lost connection and did not arrive will not: the keyframe after it has what did.
    const isBack = this.#isBack;
    this.#isBack = false;
    this.#rollBack((s) => isBack || s.tick + this.#grace < tick, tick);
  }

  /** Finds what of the predicted the rows are that have come. @param {number} tick @param {number} now */
  #match(tick, now) {
    const came = this.#came.filter(([id]) => !this.#spawns.some((s) => s.id === id));
    this.#came = [];
    const waiting = this.#spawns.filter((s) => s.is === "waits" && s.tick <= tick);
    const { key } = this.#is;
    // The latest, as many as have come: earlier ones are more likely to have been refused.
    const late = waiting.slice(-came.length);
    for (const [id, row] of came) {
      const spawn = key
        ? waiting.find((s) => s.is === "waits" && s.key === key(row))
        : late.shift();
      if (spawn === undefined) {
        const made = this.#push(id, { ...row }, tick, "known");
        if (this.#wasBack(made.key, tick)) this.#tell(this.#is.again, made);
        continue;
      }
      const shown = this.#raw(spawn, this.#tickOf(spawn, now));
      spawn.smoothing.hold(shown);
      spawn.id = id;
      spawn.tick = tick;
      spawn.base = { ...row };
      this.#confirm(spawn, "known");
      const at = this.#tickOf(spawn, now);
      spawn.smoothing.settle(this.#raw(spawn, at), now, this.#blendOf(spawn, shown, at));
    }
  }

  /** Whether one was taken back of late that may be this one; it is only this one then. @param {unknown} key @param {number} tick */
  #wasBack(key, tick) {
    const kept = (AGAIN_MS * this.#tickRate) / 1000;
    this.#back = this.#back.filter((b) => tick - b.tick <= kept);
    const at = this.#back.findIndex((b) => b.key === key);
    if (at >= 0) this.#back.splice(at, 1);
    return at >= 0;
  }

  /**
   * Over how many milliseconds what is shown becomes the server's row. Where that is behind, as beyond what lag compensation makes up for, over
   * so many that it goes on at half its speed instead of flying back.
   * @param {Spawn} spawn as the server has it @param {(number | number[])[]} shown before @param {number} tick that it is shown in
   */
  #blendOf(spawn, shown, tick) {
    const { blendMs = BLEND_MS } = this.#is;
    const { fields } = this.#place.table;
    const is = this.#raw(spawn, tick);
    const next = this.#raw(spawn, tick + 1);
    let [ahead, way] = [0, 0];
    spawn.smoothing.fields.forEach((at, i) => {
      const [a, b, c] = [is[i], next[i], shown[i]];
      if (fields[at].kind === FieldKind.ANGLE || typeof a !== "number") return;
      const by = Number(b) - a;
      ahead += (Number(c) - a) * by;
      way += by * by;
    });
    // Not a number where it stands.
    const ms = ((ahead / way || 0) * 1000) / this.#tickRate;
    return blendMs && Math.max(blendMs, Math.min(2 * ms, MOST_BLEND_MS));
  }

  /** Goes on from where a snapshot has it. @param {Spawn} spawn @param {Row} row @param {number} tick @param {number} now */
  #rebase(spawn, row, tick, now) {
    if (spawn.tick === tick) return;
    spawn.smoothing.hold(this.#raw(spawn, this.#tickOf(spawn, now)));
    Object.assign(spawn.base, row);
    spawn.tick = tick;
    spawn.smoothing.settle(this.#raw(spawn, this.#tickOf(spawn, now)), now);
  }

  /** @param {Spawn} spawn @param {Spawn["is"]} is */
  #confirm(spawn, is) {
    spawn.is = is;
    this.confirmed++;
    this.#tell(this.#is.confirmed, spawn);
  }

  /** Takes back what still waits. @param {(spawn: Spawn) => boolean} which @param {number} tick */
  #rollBack(which, tick) {
    const over = this.#spawns.filter((s) => s.is === "waits" && which(s));
    if (over.length === 0) return;
    this.#spawns = this.#spawns.filter((s) => !over.includes(s));
    this.rolledBack += over.length;
    this.#back.push(...over.map(({ key }) => ({ key, tick })));
    this.#back.splice(0, this.#back.length - MOST_WAITING);
    for (const spawn of over) this.#tell(this.#is.rolledBack, spawn);
  }

  /** @param {((shown: any) => void) | undefined} handler @param {Spawn} spawn */
  #tell(handler, { base, id, shown }) {
    try {
      handler?.({ ...base, ...shown, id });
    } catch (error) {
      this.#place.report(error);
    }
  }
}

/** Moves a row on by its rates. @param {Row} row changed @param {Field[]} fields @param {number} ticks */
function drift(row, fields, ticks) {
  for (const { name, rate, perTick, step } of fields) {
    if (rate < 0) continue;
    const by = fields[rate];
    const quanta = (Number(row[by.name]) / by.step) * (perTick / 65536);
    row[name] = Number(row[name]) + quanta * step * ticks;
  }
}
