import { dequantize } from "./dequantize.js";
import * as FieldKind from "./fieldkinds.js";
import { quantize } from "./quantize.js";
import { quantumOf } from "./rounding.js";
import { fill, mixed } from "./rowvalues.js";
import { Smoothing } from "./smoothing.js";
import { copy, Timeline } from "./timeline.js";

/** @typedef {import("./schema.js").Field} Field */
/** @typedef {import("./world.js").Row} Row */
/** @typedef {import("./world.js").Entity} Entity */

/** Time over which a visible error goes away, in milliseconds, where none is given. */
const SMOOTH_MS = 80;
/**
 * Seconds of ticks that are kept. The server takes inputs up to a second ahead, and its snapshots are as old as their way is long;
 * with more than this between a snapshot and the newest input nothing is predicted.
 */
const KEPT_SECONDS = 2;

/**
 * What a game tells of a row that it predicts.
 * @typedef {object} Prediction
 * @property {string} table the row's table
 * @property {() => number | null | undefined} row the id of one's own row, nothing or 0 while there is none; asked at each snapshot
 * @property {(row: any, input: any, dt: number) => void} step moves the row on by a tick of `dt` seconds with an input: in place, and by
 *   nothing but these three
 * @property {number} [smoothMs] over which a visible error goes away, 80 by default; 0 for at once
 * @property {(row: any, input: any, tick: number) => void} [ran] told of each tick once, when it is run first, with the row after it and its
 *   input, which are reused: for what an input makes besides moving the row
 * @property {number} [snap] an error beyond this, in units, is shown at once; an eighth of the field's range by default
 *
 * What the predictor needs of its room.
 * @typedef {object} Place
 * @property {import("./world.js").Table} table
 * @property {Field[]} inputFields
 * @property {import("./inputs.js").InputSender} inputs
 * @property {number} tickRate Hz
 * @property {() => number} now in milliseconds
 * @property {() => boolean} playing whether inputs may be sent, and this is the predictor to send them
 * @property {() => void} stopped told once, by one that is no longer asked anything
 * @property {(error: unknown) => void} report
 */

/**
 * Shows one's own row where it is going to be when the server has all inputs: each tick that an input is sent for is run here, too, at
 * once. Every snapshot says what the row really was in its tick. Where that is what was predicted for the tick, nothing happens; else the
 * row is set to it, the inputs of later ticks are run again, and what is shown moves over to the outcome smoothly.
 *
 * Inputs are for ticks, so the tick of the snapshot is the one to compare: an input that came late was not run, and the server has
 * repeated the one before, as a snapshot then shows. For ticks without an input of ours the same is assumed here.
 */
export class Predictor {
  /** How often a snapshot showed that the step was wrong, in a field that it has ever changed. */
  mispredictions = 0;
  /** How often the row was set to a snapshot's and later inputs were run again, for that or because another field had changed. */
  resims = 0;

  #place;
  #fields;
  #rowOf;
  #step;
  #ran;
  #dt;
  #timeline;
  #smoothing;
  /** @type {(() => Record<string, unknown>) | null} */
  #sample = null;
  /** Quanta of the newest input sent: what the server repeats. */
  #last;
  /** Newest tick that an input was sent for. */
  #sent = 0;
  /** Newest tick of the timeline, and the oldest whose row goes on to it without a break; the latter is 0 while there is no row to go on from. */
  #newest = 0;
  #first = 0;
  /** @type {Entity | null} the row, as of the newest snapshot */
  #entity = null;
  #id = 0;
  /** The tick that was shown last, with its fraction. */
  #viewed = 0;
  #restarting = false;
  #stopped = false;
  /** For each field whether the step has ever changed it. */
  #moved;
  /** Reused: the row and the input for the step, the row that is shown, and the smoothed fields without smoothing. */
  #state = /** @type {Row} */ ({});
  #given = /** @type {Row} */ ({});
  #shown = /** @type {Row} */ ({});
  #raw;

  /**
   * @param {Prediction} prediction
   * @param {Place} place
   * @throws {TypeError | RangeError} for what cannot work
   */
  constructor({ row, step, ran, smoothMs = SMOOTH_MS, snap }, place) {
    if (typeof row !== "function") throw new TypeError("row must be a function");
    if (typeof step !== "function") throw new TypeError("step must be a function");
    if (!(smoothMs >= 0)) throw new RangeError("smoothMs must be 0 or more");
    if (snap !== undefined && !(snap >= 0)) throw new RangeError("snap must be 0 or more");
    const { table, inputFields, inputs, tickRate } = place;
    this.#place = place;
    this.#fields = table.fields;
    this.#rowOf = row;
    this.#step = step;
    this.#ran = ran;
    this.#dt = 1 / tickRate;
    const kept = Math.max(16, Math.ceil(KEPT_SECONDS * tickRate));
    this.#timeline = new Timeline(kept, inputFields.length, table.fields.length);
    this.#smoothing = new Smoothing(table.fields, smoothMs, snap);
    this.#raw = /** @type {(number | number[])[]} */ (this.#smoothing.fields.map(() => 0));
    this.#last = inputs.values?.slice() ?? inputFields.map((f) => quantize(f, 0));
    this.#moved = table.fields.map(() => false);
  }

  /** Id of the row that is predicted, 0 while there is none. */
  get id() {
    return this.#entity?.id ?? 0;
  }

  /** Newest tick that was run here, 0 before the first snapshot. */
  get tick() {
    return this.#newest;
  }

  /**
   * What a net graph shows.
   * @param {number} now in milliseconds
   * @internal
   */
  _stats(now) {
    return {
      mispredictions: this.mispredictions,
      resims: this.resims,
      /** The tick of one's own row that was shown last, with its fraction. */
      predictedTick: this.#viewed,
      /** How far, in units, that is shown from where it is predicted, while an error of before is smoothed away. */
      predictionError: this.#smoothing.distance(now),
    };
  }

  /**
   * Runs the ticks that are due: samples an input for each, sends it, and moves the row on by it. For a game's frame hook. Ticks that
   * come due between frames, or while there are none, ask the same function.
   * @param {number} now milliseconds on the clock of `performance.now`, as animation frames have it
   * @param {() => Record<string, unknown>} sample the input of a tick, as for `room.input`
   */
  advance(now, sample) {
    const { inputs, playing } = this.#place;
    this.#sample = sample;
    if (!playing()) return;
    const present = this.#place.now();
    // Never in the future, whatever the game's clock says; and not a number is no time.
    const at = Math.min(now, present) || present;
    if (inputs.running) {
      inputs.drive(this, at);
      return;
    }
    // The first input leads the newest snapshot by the way there and back.
    this.#hold(at);
    inputs.drive(this, at);
    this.#settle(at);
  }

  /**
   * The own row as it is to be shown, with its `id`, or null while there is none. The object is reused by the next call.
   * @param {number} [now] as for `advance`
   * @returns {import("./world.js").RowWithId | null}
   */
  view(now = this.#place.now()) {
    const entity = this.#entity;
    if (entity === null) return null;
    const [a, b, part] = this.#around(now);
    this.#viewed = this.#first === 0 ? 0 : this.#shownAt(now);
    const newest = this.#first === 0 ? entity.q : this.#timeline.at(this.#newest).row;
    for (let i = 0; i < this.#fields.length; i++) {
      const field = this.#fields[i];
      if (field.kind === FieldKind.STRING) this.#shown[field.name] = entity.row[field.name];
      else if (!field.moving) this.#shown[field.name] = dequantize(field, newest[i]);
      else this.#shown[field.name] = mixed(field, a[i], b[i], part);
    }
    this.#smoothing.fields.forEach((at, i) => {
      const { name } = this.#fields[at];
      const raw = /** @type {number | number[]} */ (this.#shown[name]);
      this.#shown[name] = this.#smoothing.shown(i, raw, now);
    });
    this.#shown.id = entity.id;
    return /** @type {import("./world.js").RowWithId} */ (this.#shown);
  }

  /** Predicts no longer; inputs are those of `room.input` again. */
  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#place.stopped();
    this.#place.inputs.release(this);
    this.#sample = null;
    this.#first = 0;
    this.#entity = null;
  }

  /**
   * The input of a tick that is being sent.
   * @param {number} tick
   * @returns {number[]} its quanta
   * @internal
   */
  input(tick) {
    if (this.#sent - tick >= this.#timeline.length) this.#forget();
    // The pacer has gone back: what was sent for this tick stands.
    if (tick <= this.#sent) return this.#timeline.claim(tick, this.#last).input;
    if (tick - this.#newest >= this.#timeline.length) this.#first = 0;
    else for (let t = this.#newest + 1; t < tick; t++) this.#run(t);
    this.#take();
    this.#sent = tick;
    if (tick > this.#newest) {
      this.#newest = tick;
      if (this.#run(tick)) this.#tell(tick);
    }
    return this.#last;
  }

  /** A snapshot is about to be looked at. @param {number} now @internal */
  _before(now) {
    this.#place.inputs.pump(now);
    this.#hold(now);
  }

  /**
   * A snapshot was looked at.
   * @param {number} now
   * @param {number} tick of the world, 0 if it was left as it was
   * @internal
   */
  _after(now, tick) {
    const goesOn = tick === 0 || this.#reconcile(tick);
    // Inputs may have to be sent earlier from now on.
    this.#place.inputs.pump(now);
    if (goesOn) this.#settle(now);
    else this.#smoothing.clear();
  }

  /** Another stream of snapshots begins: nothing that was sent or predicted counts any more. @internal */
  _restart() {
    this.#restarting = true;
  }

  /**
   * Compares what was predicted for a tick with what came of it.
   * @param {number} tick of the snapshot, whose world is applied
   * @returns {boolean} whether the row goes on: it is not another one, nor one that was away
   */
  #reconcile(tick) {
    if (this.#restarting) this.#forget();
    const entity = this.#find();
    const goesOn = this.#first !== 0 && entity?.id === this.#id;
    this.#entity = entity;
    this.#id = entity?.id ?? 0;
    const ran = tick <= this.#newest;
    this.#newest = Math.max(this.#newest, tick);
    if (entity === null || this.#newest - tick >= this.#timeline.length) {
      this.#first = 0;
      return false;
    }
    const moment = this.#timeline.at(tick);
    const known = goesOn && ran && tick >= this.#first && moment.tick === tick;
    if (known && this.#agrees(moment.row, entity.q)) return true;
    if (known) this.resims++;
    else this.#first = tick;
    copy(entity.q, this.#timeline.claim(tick, this.#last).row);
    for (let t = tick + 1; t <= this.#newest; t++) this.#run(t);
    return goesOn;
  }

  /**
   * Whether a predicted row is the one that came. If the step was wrong that is counted.
   * @param {number[]} predicted @param {number[]} came
   */
  #agrees(predicted, came) {
    let agrees = true;
    let wrong = false;
    for (let i = 0; i < came.length; i++) {
      if (predicted[i] === came[i]) continue;
      agrees = false;
      wrong ||= this.#moved[i];
    }
    if (wrong) this.mispredictions++;
    return agrees;
  }

  /** The row that the game says is its own. @returns {Entity | null} */
  #find() {
    let id;
    try {
      id = this.#rowOf();
    } catch (error) {
      this.#place.report(error);
    }
    const { entities } = this.#place.table;
    let low = 0;
    for (let high = entities.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (entities[middle].id < Number(id)) low = middle + 1;
      else high = middle;
    }
    return low < entities.length && entities[low].id === id ? entities[low] : null;
  }

  /** Takes the input of now. One that cannot be had is the one before again. */
  #take() {
    try {
      const values = this.#sample?.();
      const { inputFields } = this.#place;
      for (let i = 0; i < inputFields.length; i++) {
        this.#last[i] = quantize(inputFields[i], values?.[inputFields[i].name]);
      }
    } catch (error) {
      this.#place.report(error);
    }
  }

  /** Tells the game of a tick that was run first. @param {number} tick */
  #tell(tick) {
    try {
      this.#ran?.(this.#state, this.#given, tick);
    } catch (error) {
      this.#place.report(error);
    }
  }

  /**
   * Runs a tick with its input, from the row of the tick before, if there is one.
   * @param {number} tick
   * @returns {boolean} whether there was
   */
  #run(tick) {
    const moment = this.#timeline.claim(tick, this.#last);
    if (this.#first === 0 || this.#entity === null) return false;
    const before = this.#timeline.at(tick - 1).row;
    fill(this.#state, this.#fields, before, this.#entity.row);
    fill(this.#given, this.#place.inputFields, moment.input, this.#given);
    copy(before, moment.row);
    try {
      this.#step(this.#state, this.#given, this.#dt);
      this.#fields.forEach((field, i) => {
        if (field.kind === FieldKind.STRING) return;
        moment.row[i] = quantumOf(field, this.#state[field.name]);
        this.#moved[i] ||= moment.row[i] !== before[i];
      });
    } catch (error) {
      this.#place.report(error);
    }
    return true;
  }

  #forget() {
    this.#restarting = false;
    this.#timeline.clear();
    this.#newest = this.#sent = this.#first = 0;
  }

  /** The tick that `view` shows, with its fraction; that of the newest snapshot while there is nothing to predict. @param {number} now @internal */
  _shownAt(now) {
    return this.#first === 0 ? this.#newest : this.#shownAt(now);
  }

  /** The tick to be shown, with its fraction. @param {number} now */
  #shownAt(now) {
    const oldest = Math.max(this.#first, this.#newest - this.#timeline.length + 1);
    const due = this.#place.inputs.tickAt(now) - 1;
    return Math.min(this.#newest, Math.max(oldest, due));
  }

  /**
   * The rows around what is to be shown: one tick behind the one whose input is due, so that both are there.
   * @param {number} now
   * @returns {[number[], number[], number]} quanta before and after, and how far it is from one to the other, 0 to 1
   */
  #around(now) {
    if (this.#first === 0) {
      const { q } = /** @type {Entity} */ (this.#entity);
      return [q, q, 0];
    }
    const tick = this.#shownAt(now);
    const whole = Math.floor(tick);
    const a = this.#timeline.at(whole).row;
    const b = tick > whole ? this.#timeline.at(whole + 1).row : a;
    return [a, b, tick - whole];
  }

  /** @param {number} now */
  #rawAt(now) {
    const [a, b, part] = this.#around(now);
    this.#smoothing.fields.forEach((at, i) => {
      this.#raw[i] = mixed(this.#fields[at], a[at], b[at], part);
    });
    return this.#raw;
  }

  /** @param {number} now */
  #hold(now) {
    if (this.#entity !== null) this.#smoothing.hold(this.#rawAt(now));
  }

  /** @param {number} now */
  #settle(now) {
    if (this.#entity !== null) this.#smoothing.settle(this.#rawAt(now), now);
  }
}
