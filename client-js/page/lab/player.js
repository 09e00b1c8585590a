import { connect } from "../client.mjs";
import { Conditions } from "../conditions.mjs";
import { tabStorage } from "../tab-storage.js";
import { Traffic } from "./traffic.js";
import { Uncorrected } from "./uncorrected.js";

/** How a player's screen is made; all of it by default. */
export const MODES = {
  prediction: true,
  reconciliation: true,
  interpolation: true,
  smoothing: true,
};

const SMOOTH_MS = 80;

/**
 * One client of the lab: a connection over a line of its own, the match it is in, and where its screen has each ship. A spectator is one
 * whose line is as good as there is.
 */
export class Player {
  name;
  conditions = new Conditions();
  traffic = new Traffic();
  modes = { ...MODES };
  net = null;
  room = null;
  predictor = null;
  /** Id of one's own ship, 0 for none. */
  ownId = 0;
  /** What was drawn last, `{own, ships}`: what whoever steers goes by. */
  screen = null;
  /** When the newest snapshot came, and when the client's status last changed, in milliseconds. */
  heardAt = 0;
  statusAt = 0;
  /** Whether the match has yet to go on after a lost connection. */
  returning = false;

  #key;
  #codecs = ["packed", "mp"];
  #step;
  #free = null; // Uncorrected
  #handlers;
  #own = { shown: null, truth: null, newest: null, predicted: null, interpolated: null };

  /**
   * @param {string} name
   * @param {(row: any, input: any, dt: number) => void} step of the game, for the prediction
   * @param {{status?: Function, room?: Function, event?: Function, exit?: Function, resume?: Function}} [handlers]
   */
  constructor(name, step, handlers = {}) {
    this.name = name;
    this.#step = step;
    this.#key = `lab.${name}`;
    this.#handlers = handlers;
  }

  /** Connects, in this tab's session if there is one. */
  open() {
    const net = connect({
      url: new URL("./ws", location.href).href.replace(/^http/, "ws"),
      name: this.name,
      resume: "tab",
      resumeKey: this.#key,
      storage: tabStorage,
      transports: ["ws"],
      codecs: this.#codecs,
      WebSocket: this.traffic.wrap(this.conditions.wrap(WebSocket)),
    });
    this.net = net;
    net.on("status", (status) => {
      this.statusAt = performance.now();
      this.#handlers.status?.(status);
    });
    net.on("event", (event) => this.#handlers.event?.(event));
    net.on("room", (room) => this.#enter(room));
    return net.ready;
  }

  /**
   * Has snapshots come in other codecs. These are agreed on once in each connection, so the session goes on in another one: a second client for
   * it would be a rival of this one whenever the line is cut.
   * @param {("packed" | "mp")[]} codecs
   */
  speak(codecs) {
    this.#codecs = codecs;
    this.net?.offerCodecs(codecs);
    this.conditions.cut();
  }

  /** Changes how the screen is made. */
  set(modes) {
    const { smoothing, reconciliation } = this.modes;
    Object.assign(this.modes, modes);
    if (this.modes.smoothing !== smoothing) this.#predict();
    if (this.modes.reconciliation !== reconciliation) this.#part();
  }

  /** Sends the inputs that are due. @param {number} now ms @param {() => any} wish the input of a tick */
  advance(now, wish) {
    this.predictor?.advance(now, () => {
      const input = wish();
      this.#free?.run(input);
      return input;
    });
  }

  /**
   * Where this player's screen has its own ship, and where else it is: rows, or null. The object is reused.
   * @param {number} now ms @param {Map<number, any>} truth ships by id, as the server has them
   * @param {Map<number, any>} interpolated ships by id, as `look` gave them
   */
  own(now, truth, interpolated) {
    const own = this.#own;
    const ships = this.room?.state.tables.ships;
    if (ships?.get(this.ownId)?.seat !== this.room?.seat) this.ownId = ownShip(this.room);
    own.truth = truth.get(this.ownId) ?? null;
    own.newest = ships?.get(this.ownId) ?? null;
    own.interpolated = interpolated.get(this.ownId) ?? null;
    own.predicted = this.predictor?.view(now) ?? null;
    const { prediction, reconciliation, interpolation } = this.modes;
    if (prediction && !reconciliation && this.#free?.row === null) this.#part();
    if (prediction) own.shown = (reconciliation ? own.predicted : this.#free?.row) ?? own.newest;
    else own.shown = interpolation ? own.interpolated : own.newest;
    return own;
  }

  /** The match a little in the past, and its ships by id. @param {number} now ms */
  look(now) {
    const rows = this.room.view(now);
    return { rows, interpolated: new Map(rows.ships?.map((row) => [row.id, row])) };
  }

  #enter(room) {
    this.room = room;
    this.ownId = 0;
    this.heardAt = performance.now();
    this.returning = false;
    room.on("snapshot", () => {
      this.heardAt = performance.now();
    });
    room.on("drop", () => {
      this.returning = true;
    });
    room.on("resume", (missed) => {
      this.returning = false;
      this.#handlers.resume?.(missed);
    });
    room.on("exit", (what) => this.room === room && this.#handlers.exit?.(what));
    this.#predict();
    this.#handlers.room?.(room);
  }

  #predict() {
    if (!this.room || this.room.seat === 0) return;
    const { room } = this;
    this.predictor = room.predict({
      table: "ships",
      row: () => ownShip(room),
      step: this.#step,
      smoothMs: this.modes.smoothing ? SMOOTH_MS : 0,
    });
    this.#free = null;
    this.#part();
  }

  /** From here on the uncorrected row goes its own way, if it is asked for. */
  #part() {
    if (this.modes.reconciliation || !this.room) {
      this.#free = null;
      return;
    }
    this.#free = new Uncorrected(this.#step, this.room.tickRate);
    this.#free.begin(this.predictor?.view() ?? null);
  }
}

/** The id of the ship of one's own seat, 0 for none. */
function ownShip(room) {
  if (!room || room.seat === 0) return 0;
  for (const [id, ship] of room.state.tables.ships ?? []) if (ship.seat === room.seat) return id;
  return 0;
}
