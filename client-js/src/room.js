import * as Delay from "./delays.js";
import { Emitter } from "./emitter.js";
import { InputSender } from "./inputs.js";
import { load, parts } from "./parts.js";
import { Replica } from "./replica.js";

/** @typedef {import("./world.js").RowWithId} RowWithId */

/** @typedef {ReturnType<import("./interpolate.js").Interpolator["stats"]>} ViewStats */
/** @typedef {ReturnType<import("./predictor.js").Predictor["_stats"]>} PredictionStats */

/** Of `stats`, where there is no view. @type {Record<keyof ViewStats, number | null>} */
const NO_VIEW = {
  serverTick: null,
  lead: null,
  snapshotAge: null,
  viewTick: null,
  bufferMs: null,
  underruns: null,
};
/**
 * And where there is no prediction: nothing was wrong then.
 * @type {{mispredictions: number, resims: number, predictedTick: number | null, predictionError: number | null}}
 */
const NO_PREDICTION = {
  mispredictions: 0,
  resims: 0,
  predictedTick: null,
  predictionError: null,
};

/**
 * A match as seen from one seat. It lives through lost sockets: `drop`, then `resume` with the first
 * keyframe after it; `exit` is the end.
 *
 * Events: `snapshot` (room); `add`, `change`, `remove` (table, id, row), `add` also for the rows
 * present when the handler is added, `remove` with "gone" or, where it only left the view, "left" after the row; `drop` ({code, name}); `resume` ({downMs, lost, missedTicks});
 * `exit` ({reason, result}).
 */
export class Room {
  match;
  game;
  /** Place in the match, 0 for a spectator. */
  seat;
  /** Ticks a second. */
  tickRate;
  /**
   * Resolves with the room when its first keyframe is applied; rejects if it ends before.
   * @type {Promise<Room>}
   */
  ready;

  #emitter;
  #gameEvents;
  #replica;
  #inputs;
  #uplink;
  #perSecond;
  #slack = 0;
  #consumed = 0;
  /** @type {import("./delay.js").Delay | null} of the view, made with its interpolator */
  #delay = null;
  /** What the delay was set to. @type {number | null} */
  #fixed = null;
  /** @type {Record<string, number>} */
  #snap = {};
  /** @type {import("./interpolate.js").Interpolator | null} made by the first view, so that those who never look pay nothing */
  #interpolator = null;
  /** Whether a view has asked for the file that it comes from. */
  #awaited = false;
  /** @type {import("./predictor.js").Predictor | null} */
  #predictor = null;
  #report;
  #inputFields;
  /** @type {import("./rows.js").Changes} reused */
  #changes = { added: [], changed: [], removed: [], left: [] };
  /** @type {{downMs: number, lost: number, missedTicks: number} | null} told with the next keyframe */
  #returning = null;
  #lastTick = 0;
  #ended = false;
  /** @type {(room: Room) => void} */
  #isReady = () => {};
  /** @type {(e: Error) => void} */
  #isOver = () => {};

  /**
   * @param {import("./frames.js").Enter} enter
   * @param {string} codec of snapshot bodies
   * @param {import("./inputs.js").Uplink} uplink
   * @param {import("./stats.js").Stats} stats
   * @param {(error: unknown) => void} report
   */
  constructor(enter, codec, uplink, stats, report) {
    // Its file is there since before the hello.
    const { parseSchema } = /** @type {typeof import("./social.js")} */ (parts.social);
    const schema = parseSchema(enter.tables, enter.inputs);
    this.match = enter.match;
    this.game = enter.game;
    this.seat = enter.seat;
    this.tickRate = enter.tickRate;
    this.#uplink = uplink;
    this.#emitter = new Emitter(report);
    this.#gameEvents = new Emitter(report);
    this.#report = report;
    this.#perSecond = () => stats.perSecond;
    this.#inputFields = schema.inputs;
    this.#replica = new Replica(schema, stats, uplink);
    this.#inputs = new InputSender(
      schema.inputs,
      enter.tickRate,
      uplink,
      // Who draws the state instead of the view shows the newest.
      () => this.#interpolator?.tick || this.#replica.tick,
    );
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isOver = reject;
    });
    // Who does not wait for it must not be told of an unhandled rejection.
    this.ready.catch(() => {});
    this.#replica.restart(enter.epoch, codec);
    this.#inputs.start(enter.epoch);
  }

  /** Tick of the newest snapshot applied, 0 before the first. */
  get tick() {
    return this.#replica.tick || this.#lastTick;
  }

  get epoch() {
    return this.#replica.epoch;
  }

  /** The newest snapshot: `tables` holds a Map of rows by id for each table. Read only. */
  get state() {
    return this.#replica.world.state;
  }

  /** For a net graph. What is of the view is null while there is none, and so is what is of a prediction. */
  get stats() {
    const { timers, rtt } = this.#uplink;
    const now = timers.now();
    return {
      /** Reported by the server, in milliseconds: how early the newest input came. */
      slack: this.#slack,
      /** Tick of the newest input sent, and of the newest the game has consumed. */
      inputTick: this.#inputs.tick,
      consumedTick: this.#consumed,
      tick: this.tick,
      base: this.#replica.base,
      /** Snapshots within the last second. */
      hz: this.#perSecond().snapshots,
      ...(this.#interpolator?.stats(now, rtt(), this.#inputs.tick) ?? NO_VIEW),
      ...(this.#predictor?._stats(now) ?? NO_PREDICTION),
    };
  }

  /**
   * Of `view`: `delayMs`, how far it stays behind, which follows what the line needs, from 100 at the beginning, between 50 and
   * 400 ms; once set, 0 to 500, it is that. `snap`, by table: from what change on, in units, a row is at another place instead of on its
   * way; an eighth of the field's range where it is not set. Setting that begins the view anew.
   * @returns {{delayMs: number, snap: Record<string, number>}}
   */
  get interpolation() {
    return { delayMs: this.#delay?.ms ?? this.#fixed ?? Delay.START, snap: this.#snap };
  }

  /** @param {{delayMs?: number, snap?: Record<string, number>}} to what is not given stays */
  set interpolation({ delayMs, snap }) {
    if (delayMs !== undefined) {
      if (!(delayMs >= 0)) throw new RangeError("delayMs must be 0 or more");
      this.#fixed = Math.min(delayMs, Delay.MOST_FIXED);
      this.#delay?.fix(this.#fixed);
    }
    if (snap === undefined) return;
    this.#snap = snap;
    this.#interpolator = null;
  }

  /**
   * @param {"snapshot" | "add" | "change" | "remove" | "drop" | "resume" | "exit"} name
   * @param {(...args: any[]) => void} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    const off = this.#emitter.on(name, handler);
    if (name === "add") {
      for (const [table, rows] of Object.entries(this.state.tables)) {
        for (const [id, row] of rows) this.#emitter.call(handler, table, id, row);
      }
    }
    return off;
  }

  /**
   * Events of the game itself, each once.
   * @param {string} name
   * @param {(payload: any, tick: number) => void} handler
   * @returns {() => void} takes the handler off again
   */
  onEvent(name, handler) {
    return this.#gameEvents.on(name, handler);
  }

  /**
   * Sets the input that is sent with every tick from now on, as a whole: a field left out is neutral
   * (0, or the nearest its range allows). Values are rounded to the schema's quanta. A spectator has none.
   * @param {Record<string, number | boolean>} values
   */
  input(values) {
    if (this.seat !== 0 && !this.#ended) this.#inputs.set(values);
  }

  /**
   * The world a little in the past, interpolated; for a game's frame hook. Rows and arrays are reused
   * by the next call. A client that speaks `mp` alone and was not preloaded shows the newest snapshot for the moment that loading takes.
   * @param {number} [now] milliseconds on the clock of `performance.now`, as animation frames have it
   * @returns {Record<string, RowWithId[]>} by table, each row with its entity's `id`
   */
  view(now = this.#uplink.timers.now()) {
    this.#interpolator ??= this.#interpolate();
    return /** @type {Record<string, RowWithId[]>} */ (
      this.#interpolator?.view(now) ?? this.#replica.world.newest()
    );
  }

  /** @returns {import("./interpolate.js").Interpolator | null} null while its file is not there */
  #interpolate() {
    const { view } = parts;
    if (view === undefined) {
      if (!this.#awaited) load("view").catch(() => {});
      this.#awaited = true;
      return null;
    }
    if (this.#delay === null) {
      this.#delay = new view.Delay();
      if (this.#fixed !== null) this.#delay.fix(this.#fixed);
    }
    const interpolator = new view.Interpolator(
      this.#replica.world,
      this.tickRate,
      this.#delay,
      this.#snap,
    );
    const { tick } = this.#replica;
    if (tick !== 0) interpolator.capture(tick, this.#uplink.timers.now());
    return interpolator;
  }

  /**
   * Predicts one's own row from now on, in place of an earlier prediction. Its `advance` takes the place of `input`.
   * @param {import("./predictor.js").Prediction} prediction
   * @returns {import("./predictor.js").Predictor}
   * @throws {TypeError | RangeError} for what cannot work
   */
  predict(prediction) {
    // Only a client that was told not to load it while it connected gets here without it.
    const { predict } = parts;
    if (predict === undefined) throw new TypeError("await preload() before you predict");
    const table = this.#table(prediction.table);
    const { timers } = this.#uplink;
    const predictor = new predict.Predictor(prediction, {
      table,
      inputFields: this.#inputFields,
      inputs: this.#inputs,
      tickRate: this.tickRate,
      now: timers.now,
      playing: () => this.seat !== 0 && !this.#ended && this.#predictor === predictor,
      stopped: () => {
        this.#predictor = null;
      },
      report: this.#report,
    });
    this.#predictor?.stop();
    this.#predictor = predictor;
    predictor._after(timers.now(), this.#replica.tick);
    return predictor;
  }

  /** Leaves the match and its lobby, as `net.lobby.leave` does. @returns {Promise<void>} when `exit` has been told; rejects with a RequestError */
  leave() {
    return this.#uplink.leave();
  }

  /**
   * Shows rows that one's own input makes, such as shots, before the server has them, and takes back what it does not make.
   * @param {import("./spawns.js").Spawning} spawning
   * @returns {Promise<import("./spawns.js").Spawns>} rejects for what cannot work, or when its file cannot be had
   */
  async predictSpawns(spawning) {
    const [{ Spawns }, { Smoothing }] = await Promise.all([import("./spawns.js"), load("predict")]);
    return new Spawns(spawning, {
      room: this,
      table: this.#table(spawning.table),
      Smoothing,
      now: this.#uplink.timers.now,
      predictor: () => this.#predictor,
      interpolator: () => this.#interpolator,
      report: this.#report,
    });
  }

  /** @param {string} name */
  #table(name) {
    const table = this.#replica.world.tables.find((t) => t.name === name);
    if (table === undefined) throw new TypeError(`no table ${name}`);
    return table;
  }

  /** @param {import("./frames.js").Snapshot} snapshot @internal */
  _snapshot(snapshot) {
    const { added, changed, removed, left } = this.#changes;
    added.length = changed.length = removed.length = left.length = 0;
    const wanted = ["add", "change", "remove"].some((name) => this.#emitter.has(name));
    const applied = this.#replica.accept(snapshot, wanted ? this.#changes : null);
    this.#slack = snapshot.slack;
    this.#consumed = snapshot.input;
    const now = this.#uplink.timers.now();
    this.#predictor?._before(now);
    this.#inputs.observe(snapshot);
    this.#predictor?._after(now, applied ? snapshot.tick : 0);
    if (applied) {
      this.#interpolator?.capture(snapshot.tick, now);
      if (snapshot.base === 0) this.#keyframe();
    }
    // Told even of a snapshot that failed half-way: the rows did change, and what a keyframe then
    // does is told relative to them.
    this.#tell("remove", removed, "gone");
    this.#tell("remove", left, "left");
    this.#tell("add", added);
    this.#tell("change", changed);
    if (applied) this.#emitter.emit("snapshot", this);
  }

  /** @internal */
  _undecodable() {
    this.#replica.spoil();
  }

  /** @param {import("./frames.js").GameEvent} event @internal */
  _event({ name, payload, tick }) {
    this.#gameEvents.emit(name, payload, tick);
  }

  /** @param {{code: number, name: string}} why the socket was lost; the seat is kept @internal */
  _drop(why) {
    this.#lastTick = this.tick;
    this.#inputs.stop();
    this.#emitter.emit("drop", why);
  }

  /**
   * The same match goes on over another socket.
   * @param {import("./frames.js").Enter} enter
   * @param {string} codec of snapshot bodies
   * @param {{downMs: number, lost: number}} info
   * @internal
   */
  _resume(enter, codec, info) {
    this.#lastTick = this.tick;
    this.seat = enter.seat;
    this.#returning = { ...info, missedTicks: 0 };
    this.#replica.restart(enter.epoch, codec);
    this.#inputs.start(enter.epoch);
    this.#interpolator?.reset();
    this.#predictor?._restart();
  }

  /** @param {{reason: string, result: any}} exit @internal */
  _exit(exit) {
    if (this.#ended) return;
    this.#ended = true;
    this.#inputs.stop();
    this.#isOver(new Error(`over before its first snapshot: ${exit.reason}`));
    this.#emitter.emit("exit", exit);
  }

  #keyframe() {
    const returning = this.#returning;
    this.#returning = null;
    if (returning !== null) {
      returning.missedTicks = Math.max(0, this.tick - this.#lastTick);
      this.#emitter.emit("resume", returning);
    }
    this.#isReady(this);
  }

  /** @param {string} name @param {any[]} pairs @param {string} [how] */
  #tell(name, pairs, how) {
    for (let i = 0; i < pairs.length; i += 2) {
      this.#emitter.emit(name, pairs[i].name, pairs[i + 1].id, pairs[i + 1].row, how);
    }
  }
}
