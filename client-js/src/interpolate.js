import { snapOf } from "./between.js";
import * as FieldKind from "./fieldkinds.js";
import { Playback } from "./playback.js";
import { Track } from "./track.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Row} Row */
/** @typedef {import("./schema.js").Field} Field */

/** How long things are carried on beyond the newest snapshot, and over what time they are led back to where they were, in milliseconds. */
const BEYOND = 100;
const BLEND = 50;

/**
 * Shows the world a little in the past, each row on its way from where it changed last to where it changes next: fixed-point and float32
 * numbers linearly, angles and rotations the short way round, directions along the arc between them, everything else
 * at its newest. Where snapshots are wanting, numbers and angles go on for 100 ms as they went, those with a rate by that, and
 * are led back within 50 ms. Rows and arrays, those of rotations and directions too, are reused from call to call.
 */
export class Interpolator {
  #playback;
  #world;
  #tables;
  /** @type {Record<string, Row[]>} */
  #result;
  #delay;
  #blend;
  #beyond;
  #capturedAt = 0;
  /** Ticks of the first and the newest snapshot, 0 for none. */
  #oldest = 0;
  #newest = 0;
  #tick = 0;
  #underruns = 0;
  #isDry = false;

  /**
   * @param {World} world
   * @param {number} tickRate Hz
   * @param {import("./delay.js").Delay} delay of the view, told of every snapshot
   * @param {Record<string, number>} [snap] by table: a change above this, in units, in a field, is another place, which is jumped to when its
   *   tick comes; an eighth of the field's range where it is not given
   */
  constructor(world, tickRate, delay, snap = {}) {
    this.#world = world;
    this.#delay = delay;
    this.#playback = new Playback(1000 / tickRate, (BEYOND * tickRate) / 1000);
    this.#beyond = (BEYOND * tickRate) / 1000;
    this.#blend = (BLEND * tickRate) / 1000;
    this.#tables = world.tables.map(({ fields, name }) => ({
      layout: layoutOf(fields, snap[name]),
      /** By rising id; of two with one id, the one that is gone is first. @type {Track[]} */
      tracks: [],
      /** @type {Row[]} */
      rows: [],
    }));
    this.#result = Object.fromEntries(world.tables.map((t, i) => [t.name, this.#tables[i].rows]));
  }

  /** The tick that was shown last, to the nearest whole one; 0 before the first. */
  get tick() {
    return this.#tick;
  }

  /** The same with its fraction, and up to 100 ms beyond the newest snapshot. It never goes back but by `reset`. */
  get shown() {
    return this.#playback.shown;
  }

  /**
   * What a net graph shows.
   * @param {number} now in milliseconds
   * @param {number} rtt of pings, in milliseconds
   * @param {number} inputTick newest tick that an input was sent for, 0 for none
   */
  stats(now, rtt, inputTick) {
    const isEmpty = this.#newest === 0;
    const { asked, shown } = this.#playback;
    const serverTick = isEmpty ? 0 : this.#playback.serverTick(now, rtt / 2);
    return {
      /** The tick that the server is at, with its fraction, by how quickly snapshots come at best, and half a round trip. */
      serverTick,
      /** How many ticks the inputs that are sent are ahead of it. */
      lead: isEmpty || inputTick === 0 ? 0 : inputTick - serverTick,
      /** Since the newest snapshot came, in milliseconds. */
      snapshotAge: isEmpty ? 0 : now - this.#capturedAt,
      /** The tick that is shown, with its fraction, and how far before the newest snapshot is what should be: below 0 there is nothing to show. */
      viewTick: shown,
      bufferMs: asked && this.#playback.ageOf(asked, now) - this.#playback.ageOf(this.#newest, now),
      /** How often the view came to be beyond the newest snapshot. */
      underruns: this.#underruns,
    };
  }

  /** Forgets every snapshot, as after coming back: what lies between was not seen. */
  reset() {
    for (const table of this.#tables) table.tracks = [];
    this.#oldest = this.#newest = this.#tick = 0;
    this.#isDry = false;
    this.#playback.reset();
  }

  /**
   * Takes in the world as it is now.
   * @param {number} tick rising
   * @param {number} now when it arrived, in milliseconds
   */
  capture(tick, now) {
    if (this.#newest > 0) {
      this.#delay.observe(this.#playback.ageOf(this.#newest, now), now - this.#capturedAt);
    }
    this.#capturedAt = now;
    this.#playback.observe(tick, now);
    this.#world.tables.forEach(({ entities }, i) => {
      this.#follow(this.#tables[i], entities, tick);
    });
    this.#newest = tick;
    this.#oldest ||= tick;
  }

  /**
   * @param {number} now in milliseconds
   * @returns {Record<string, Row[]>} the rows of every table, each with its entity's `id` (which hides
   *   a field of that name)
   */
  view(now) {
    if (this.#newest === 0) {
      for (const { rows } of this.#tables) rows.length = 0;
      return this.#result;
    }
    const tick = this.#playback.tickAt(now, this.#delay.at(now));
    const isDry = tick > this.#newest;
    if (isDry && !this.#isDry) this.#underruns++;
    this.#isDry = isDry;
    this.#tick = Math.round(Math.min(this.#newest, Math.max(this.#oldest, tick)));
    for (const table of this.#tables) this.#show(table, Math.max(this.#oldest, tick));
    return this.#result;
  }

  /**
   * Brings tracks up to what a snapshot says.
   * @param {{layout: import("./track.js").Layout, tracks: Track[]}} table
   * @param {import("./world.js").Entity[]} entities of it, by rising id
   * @param {number} tick
   */
  #follow(table, entities, tick) {
    const { layout, tracks } = table;
    const { asked } = this.#playback;
    // Made when rows come or went, which is seldom.
    /** @type {Track[] | null} */
    let next = null;
    let i = 0;
    /** The row of a track is gone: it stays for as long as that is to come yet. */
    const pass = () => {
      const track = tracks[i];
      track.gone = Math.min(track.gone, tick);
      if (track.gone > asked) next?.push(track);
      else next ??= tracks.slice(0, i);
      i++;
    };
    for (const entity of entities) {
      const { id } = entity;
      while (i < tracks.length && (tracks[i].id < id || this.#isOver(tracks[i], id))) pass();
      const track = tracks[i];
      if (track?.id === id) {
        track.extend(entity.q, tick, this.#newest, asked, this.#blend, this.#beyond);
        next?.push(track);
        i++;
      } else {
        next ??= tracks.slice(0, i);
        next.push(new Track(entity, layout, tick));
      }
    }
    while (i < tracks.length) pass();
    if (next !== null) table.tracks = next;
  }

  /** Whether this is a row that was gone before one with its id came. @param {Track} track @param {number} id */
  #isOver(track, id) {
    return track.id === id && track.gone < Number.POSITIVE_INFINITY;
  }

  /**
   * Fills what a table shows with its rows in a tick.
   * @param {{tracks: Track[], rows: Row[]}} table
   * @param {number} tick with its fraction
   */
  #show({ tracks, rows }, tick) {
    let n = 0;
    for (const track of tracks) {
      if (tick < track.from || tick >= track.gone) continue;
      track.show(tick, this.#newest, this.#beyond);
      rows[n++] = track.shown;
    }
    rows.length = n;
  }
}

/**
 * How rows of a table are shown.
 * @param {Field[]} fields
 * @param {number | undefined} snap
 * @returns {import("./track.js").Layout}
 */
function layoutOf(fields, snap) {
  const shown = fields.filter(({ name }) => name !== "id");
  const moving = shown.filter((f) => f.moving);
  const sizes = moving.map(({ kind }) =>
    kind === FieldKind.QUAT ? 4 : kind === FieldKind.UNIT ? 3 : 1,
  );
  let width = 0;
  const starts = sizes.map((size) => {
    width += size;
    return width - size;
  });
  return {
    moving: moving.map((field, i) => {
      const { name, kind, min, max, offset, step, perTick } = field;
      const bounded = kind === FieldKind.FIXED;
      const rate = field.rate < 0 ? -1 : moving.indexOf(fields[field.rate]);
      return {
        name,
        at: fields.indexOf(field),
        kind,
        size: sizes[i],
        low: bounded ? offset + min * step : Number.NEGATIVE_INFINITY,
        high: bounded ? offset + max * step : Number.POSITIVE_INFINITY,
        snap: field.smooth ? snapOf(field, snap) : Number.POSITIVE_INFINITY,
        rate: rate < 0 ? -1 : starts[rate],
        perTick: rate < 0 ? 0 : ((perTick / 65536) * step) / moving[rate].step,
      };
    }),
    width,
    steady: shown.filter((f) => !f.moving).map(({ name }) => name),
    now: new Float64Array(width),
    here: new Float64Array(width),
  };
}
