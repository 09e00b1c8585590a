import { turn } from "./arc.js";
import { between, shortWay } from "./between.js";
import * as FieldKind from "./fieldkinds.js";

/** @typedef {import("./world.js").Row} Row */

/** Points that a track has room for at first, and at most: a view 500 ms in the past of 60 Hz needs 31. */
const FIRST_ROOM = 8;
const MOST_ROOM = 64;
/** What is left, with each change, of how long it was between changes. */
const FORGETS = 0.75;
/** Numbers of a point before its values: its tick, and 1 where it is jumped to. */
const HEAD = 2;

/**
 * A field that is interpolated.
 * @typedef {object} Moving
 * @property {string} name
 * @property {number} at which of the table's fields it is
 * @property {number} kind
 * @property {number} size components: 1 for a number
 * @property {number} low least and greatest value
 * @property {number} high
 * @property {number} snap a change above this, in units, is another place
 * @property {number} rate where among the components the field is that says how it changes; -1: none says it
 * @property {number} perTick what a unit of that adds in a tick
 *
 * @typedef {object} Layout how the rows of a table are shown
 * @property {Moving[]} moving
 * @property {number} width components of all that is moving
 * @property {string[]} steady names of the fields that take their newest value
 * @property {Float64Array} now room for the components of a row, which every track uses
 * @property {Float64Array} here and for those of another
 */

/**
 * The way of one row through the ticks: points, only where it changed, straight from each to the next. So a row that waits for its turn in a
 * snapshot's budget glides over all of the gap. A point is only ever added beyond what was shown last, or made there of what was shown:
 * nothing that comes makes the row jump, but another place.
 */
export class Track {
  /** The tick from which on the row is there, and the one from which on it is not. */
  from;
  gone = Number.POSITIVE_INFINITY;
  id;
  /** What is shown of it: reused. @type {Row} */
  shown;
  /** The row as of the newest snapshot that had it, changed in place by the next. @type {Row} */
  newest;

  #layout;
  #stride;
  /** Points by rising tick. */
  #points;
  #count = 0;
  /** Values and tick of the newest change, and by how much it changes in a tick: what is gone on by where snapshots are wanting. */
  #last;
  /** Quanta of the same: by these it is told quickly whether there is a change. */
  #quanta;
  #lastTick;
  #speed;
  /** Ticks over which the newest change came about. */
  #gap = 0;
  /** Ticks between changes of late. */
  #pace = 0;

  /**
   * @param {import("./world.js").Entity} entity
   * @param {Layout} layout
   * @param {number} tick of the snapshot that it is first in
   */
  constructor({ id, q, row }, layout, tick) {
    this.id = id;
    this.newest = row;
    this.shown = { id };
    this.from = tick;
    this.#layout = layout;
    this.#stride = HEAD + layout.width;
    this.#points = new Float64Array(FIRST_ROOM * this.#stride);
    this.#last = new Float64Array(layout.width);
    this.#speed = new Float64Array(layout.width);
    this.#lastTick = tick;
    this.#quanta = new Int32Array(layout.moving.length);
    this.#isNews(q);
    read(row, layout, this.#last);
    this.#add(tick, 0, this.#last, tick);
  }

  /**
   * A snapshot that has the row came.
   * @param {number[]} q the row's quanta
   * @param {number} tick of the snapshot
   * @param {number} before of the snapshot before
   * @param {number} seen the tick, with its fraction, that was shown last
   * @param {number} blend ticks over which what is shown is led back to the way that it has left
   * @param {number} beyond most ticks beyond a snapshot that it is carried on
   */
  extend(q, tick, before, seen, blend, beyond) {
    const { now, here } = this.#layout;
    const end = this.#tickOf(this.#count - 1);
    const change = this.#isNews(q);
    const carried = seen > Math.max(before, end) && this.#moves(before);
    if (!change && !carried && end <= tick) return;
    read(this.newest, this.#layout, now);
    const jump = change && this.#isElsewhere(now);
    // It begins to move no earlier than it was seen to stand, nor than it moves of late.
    const begins = Math.max(seen, tick - Math.max(this.#pace, tick - before));
    if (carried || (jump && tick <= end && seen < end)) {
      this.#end(seen, this.#at(seen, before, beyond, here));
    } else if (!jump && begins > end && change) {
      this.#add(begins, 0, this.#last, seen);
    }
    if (change) this.#note(tick, before, now, jump);
    const late = carried || tick <= seen;
    const until = jump ? tick : Math.max(tick, late ? seen + blend : end);
    // To where it is by then, as far as can be said.
    if (until > tick && this.#moves(tick)) this.#carry(now, Math.min(until - tick, beyond));
    this.#add(until, jump ? 1 : 0, now, seen);
  }

  /**
   * Fills what is shown.
   * @param {number} tick with its fraction
   * @param {number} newest tick of the newest snapshot
   * @param {number} beyond most ticks beyond a snapshot that it is carried on
   */
  show(tick, newest, beyond) {
    const { moving, steady } = this.#layout;
    const values = this.#at(tick, newest, beyond, this.#layout.now);
    let at = 0;
    for (const { name, size } of moving) {
      if (size === 1) {
        this.shown[name] = values[at++];
        continue;
      }
      this.shown[name] ??= new Array(size).fill(0);
      const into = /** @type {number[]} */ (this.shown[name]);
      for (let i = 0; i < size; i++) into[i] = values[at++];
    }
    for (const name of steady) this.shown[name] = this.newest[name];
  }

  /**
   * Where it is in a tick.
   * @param {number} tick @param {number} newest @param {number} beyond @param {Float64Array} into
   */
  #at(tick, newest, beyond, into) {
    let n = this.#count - 1;
    while (n > 0 && this.#tickOf(n) > tick) n--;
    const a = n * this.#stride;
    const points = this.#points;
    const { moving, width } = this.#layout;
    if (n === this.#count - 1) {
      for (let i = 0; i < width; i++) into[i] = points[a + HEAD + i];
      const by = Math.min(tick, newest + beyond) - Math.max(newest, points[a]);
      if (by > 0 && this.#moves(newest)) this.#carry(into, by);
      return into;
    }
    const b = a + this.#stride;
    const span = points[b] - points[a];
    const part = points[b + 1] === 1 ? 0 : Math.max(0, (tick - points[a]) / span);
    let at = 0;
    for (const { kind, size } of moving) {
      const from = points[a + HEAD + at];
      if (size === 1) into[at] = between(kind, from, points[b + HEAD + at] - from, part);
      else {
        const turned = size === 4 ? four : three;
        turn(turned, kind, points, a + HEAD + at, points, b + HEAD + at, part);
        for (let i = 0; i < size; i++) into[at + i] = turned[i];
      }
      at += size;
    }
    return into;
  }

  /** Takes the quanta of what moves. @param {number[]} q @returns {boolean} whether they are others than before */
  #isNews(q) {
    const { moving } = this.#layout;
    const quanta = this.#quanta;
    let isNews = false;
    for (let i = 0; i < quanta.length; i++) {
      const is = q[moving[i].at];
      if (is === quanta[i]) continue;
      quanta[i] = is;
      isNews = true;
    }
    return isNews;
  }

  /** Whether the row was under way when snapshots ended: it changed as lately as it does. @param {number} newest tick of the last one */
  #moves(newest) {
    return newest - this.#lastTick < this.#gap;
  }

  /** Carries numbers and angles on. @param {Float64Array} values changed @param {number} by ticks */
  #carry(values, by) {
    let at = 0;
    for (const { kind, size, low, high } of this.#layout.moving) {
      if (size === 1 && this.#speed[at] !== 0) {
        const value = between(kind, values[at], this.#speed[at] * by, 1);
        values[at] = Math.min(high, Math.max(low, value));
      }
      at += size;
    }
  }

  /** Whether the row is at another place rather than on its way. @param {Float64Array} now */
  #isElsewhere(now) {
    let at = 0;
    for (const { size, snap } of this.#layout.moving) {
      if (size === 1 && Math.abs(now[at] - this.#last[at]) > snap) return true;
      at += size;
    }
    return false;
  }

  /**
   * Keeps what a change says of how the row moves.
   * @param {number} tick @param {number} before @param {Float64Array} now @param {boolean} jump
   */
  #note(tick, before, now, jump) {
    const gap = tick - this.#lastTick;
    this.#gap = jump ? 0 : Math.min(gap, Math.max(this.#pace, tick - before));
    this.#pace = Math.max(gap, this.#pace * FORGETS);
    let at = 0;
    for (const { kind, size, rate, perTick } of this.#layout.moving) {
      if (size === 1) {
        const by = now[at] - this.#last[at];
        const way = kind === FieldKind.ANGLE ? shortWay(by) : by;
        this.#speed[at] = jump ? 0 : rate >= 0 ? now[rate] * perTick : way / this.#gap;
      }
      at += size;
    }
    put(now, this.#last, 0);
    this.#lastTick = tick;
  }

  /** @param {number} n */
  #tickOf(n) {
    return this.#points[n * this.#stride];
  }

  /**
   * Adds a point; at or before the last one it takes that one's place, at its tick.
   * @param {number} tick @param {number} jump 1 if it is jumped to @param {Float64Array} values @param {number} seen nothing before it is
   *   shown again
   */
  #add(tick, jump, values, seen) {
    const last = this.#count - 1;
    if (last >= 0 && tick <= this.#tickOf(last)) {
      put(values, this.#points, last * this.#stride + HEAD);
      return;
    }
    if (this.#count * this.#stride === this.#points.length) this.#makeRoom(seen);
    const at = this.#count * this.#stride;
    this.#points[at] = tick;
    this.#points[at + 1] = jump;
    put(values, this.#points, at + HEAD);
    this.#count++;
  }

  /** Has the way end at a tick before its last point. @param {number} tick @param {Float64Array} values */
  #end(tick, values) {
    while (this.#count > 1 && this.#tickOf(this.#count - 1) >= tick) this.#count--;
    this.#add(tick, 0, values, tick);
  }

  /** @param {number} seen */
  #makeRoom(seen) {
    let past = 0;
    while (past + 1 < this.#count && this.#tickOf(past + 1) <= seen) past++;
    // To move what is left each time for the sake of a point or two would cost more than room does.
    if (2 * past < this.#count && this.#count < MOST_ROOM) {
      const points = this.#points;
      this.#points = new Float64Array(2 * points.length);
      this.#points.set(points);
      return;
    }
    past = Math.max(past, 1);
    this.#points.copyWithin(0, past * this.#stride);
    this.#count -= past;
  }
}

/** Reused by all tracks, which work one after the other. */
const four = [0, 0, 0, 0];
const three = [0, 0, 0];

/** @param {Row} row @param {Layout} layout @param {Float64Array} into */
function read(row, { moving }, into) {
  let at = 0;
  for (const { name, size } of moving) {
    const value = row[name];
    if (size === 1) into[at++] = /** @type {number} */ (value);
    else for (const c of /** @type {number[]} */ (value)) into[at++] = c;
  }
}

/** @param {Float64Array} from @param {Float64Array} to @param {number} at a few numbers, for which a call of `set` costs more */
function put(from, to, at) {
  for (let i = 0; i < from.length; i++) to[at + i] = from[i];
}
