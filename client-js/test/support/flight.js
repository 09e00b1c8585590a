import { dequantize } from "../../src/dequantize.js";
import { quantumOf } from "../../src/rounding.js";
import { parseSchema } from "../../src/schema.js";
import { harness } from "./harness.js";

const [INPUT, PING] = [3, 5];
/** A server sends snapshots for so many milliseconds without an acknowledgement, roughly. */
const UNACKED = 400;

/** A craft that turns, speeds up, coasts and bounces off the walls of a square; position and heading go by their rates. */
export const craftTables = [
  ["rocks", [["size", 1, 0, 9]]],
  [
    "crafts",
    [
      ["x", 2, 0, 0.01, 0, 100000, 4, 1092],
      ["y", 2, 0, 0.01, 0, 100000, 5, 1092],
      ["heading", 3, 12],
      ["vx", 2, -400, 0.01, 0, 80000],
      ["vy", 2, -400, 0.01, 0, 80000],
      ["fuel", 4],
      ["alive", 0],
      ["hp", 1, 0, 100],
      ["name", 5, 24],
    ],
  ],
  [
    "shots",
    [
      ["x", 2, 0, 0.01, 0, 100000, 2, 1092],
      ["vx", 2, -900, 0.01, 0, 180000],
      ["owner", 1, 0, 9],
      ["shot", 1, 0, 9999],
    ],
  ],
];
export const craftInputs = [
  ["turn", 1, -1, 1],
  ["thrust", 0],
];
const schema = parseSchema(craftTables, craftInputs);
const { fields } = schema.tables[1];

/** What both sides run. @param {any} row @param {any} input @param {number} dt */
export function fly(row, input, dt) {
  if (!row.alive) return;
  row.heading += input.turn * 3 * dt;
  if (input.thrust) {
    row.vx += Math.cos(row.heading) * 300 * dt;
    row.vy += Math.sin(row.heading) * 300 * dt;
    row.fuel -= dt;
  }
  row.vx *= 1 - 0.5 * dt;
  row.vy *= 1 - 0.5 * dt;
  row.x += row.vx * dt;
  row.y += row.vy * dt;
  if (row.x < 0 || row.x > 1000) row.vx = -row.vx;
  if (row.y < 0 || row.y > 1000) row.vy = -row.vy;
}

/**
 * A match with one craft, on a server whose rules for inputs are those of the protocol, over links that delay: the client is real, the
 * clock is not.
 */
export class Flight {
  tick = 1000;
  /** The craft as the server has it: quanta, null while it is dead and gone. */
  /** @type {number[] | null} */
  craft = quanta({ x: 500, y: 500, heading: 0, vx: 0, vy: 0, fuel: 50, alive: true, hp: 100 });
  id = 7;
  /** Ticks in which another input was in force than the one that the client has for them. */
  starved = 0;
  /** The craft after each tick. @type {Map<number, number[] | null>} */
  history = new Map();
  /** @type {(now: number) => number} */
  up;
  /** @type {(now: number) => number} */
  down;

  /** Other rows of the server: quanta of the table "shots" by id, which `serve` may change in every tick. @type {Map<number, number[]>} */
  shots = new Map();
  /** What else the server does in a tick. @type {(tick: number, thrust: boolean) => void} */
  serve = () => {};

  #socket;
  #began;
  /** @type {{at: number, frame: any[]}[]} */
  #uplink = [];
  /** @type {{at: number, deliver: () => void}[]} */
  #downlink = [];
  /** @type {Map<number, number[]>} */
  #inputs = new Map();
  #held = { tick: 0, values: [0, 0] };
  #pressed = false;
  #newest = { tick: 0, slack: 0 };
  #step;
  #tickMs;

  /**
   * @param {object} [is]
   * @param {number} [is.tickRate] Hz
   * @param {number | ((now: number) => number)} [is.up] how long a frame takes to the server, in milliseconds; order is kept
   * @param {number | ((now: number) => number)} [is.down] and back
   * @param {(row: any, input: any, dt: number) => void} [is.step] the server's
   */
  constructor({ tickRate = 60, up = 0, down = 0, step = fly } = {}) {
    this.up = typeof up === "number" ? () => up : up;
    this.down = typeof down === "number" ? () => down : down;
    this.tickRate = tickRate;
    this.#tickMs = 1000 / tickRate;
    this.#step = step;
    this.it = harness();
    this.#socket = this.it.socket;
    this.#began = this.it.clock.now();
    this.room = this.enter();
  }

  enter(epoch = 1) {
    const { tickRate, tick } = this;
    const is = { tickRate, tick, epoch, tables: craftTables, inputs: craftInputs };
    return /** @type {import("../../src/index.js").Room} */ (this.it.enter(is));
  }

  get now() {
    return this.it.clock.now();
  }

  /** Quanta of the input that is in force. */
  get values() {
    return this.#held.values;
  }

  /** The craft in units. @param {number} [tick] as it was then; as it is without */
  row(tick) {
    const q = tick === undefined ? this.craft : this.history.get(tick);
    return q ? valuesOf(q) : null;
  }

  /** Changes the craft as something outside of its step does. @param {Record<string, number | boolean>} what */
  push(what) {
    if (this.craft !== null) this.craft = quanta({ ...valuesOf(this.craft), ...what });
  }

  /** Loses the socket; what is under way is lost, and the client is in again, with a keyframe, after a time. @param {number} ms */
  cut(ms) {
    this.#uplink.length = this.#downlink.length = 0;
    this.it.net.cut();
    this.pass(ms);
    this.it.accept({ resumed: true });
    this.#socket = this.it.socket;
    this.enter();
  }

  /**
   * Lets time pass, a millisecond at a time.
   * @param {number} ms
   * @param {(now: number) => void} [frame] called 60 times a second, as far as the client is awake
   */
  pass(ms, frame) {
    for (let i = 0; i < ms; i++) {
      this.it.clock.advance(1);
      this.#serve();
      if (frame && Math.floor((this.now * 60) / 1000) > Math.floor(((this.now - 1) * 60) / 1000)) {
        frame(this.now);
      }
    }
  }

  /** The client's machine sleeps: the server's does not. @param {number} ms */
  sleep(ms) {
    const until = this.now + ms;
    const unheard = this.now + UNACKED;
    this.it.clock.sleep(ms);
    while (this.#due(this.tick + 1) <= until) this.#run(this.#due(this.tick + 1) < unheard);
    this.#serve();
  }

  /** The client's machine sleeps, and its clock with it. @param {number} ms */
  standStill(ms) {
    this.#began -= ms;
    for (const item of [...this.#downlink, ...this.#uplink]) item.at -= ms;
    const unheard = this.now - ms + UNACKED;
    while (this.#due(this.tick + 1) <= this.now) this.#run(this.#due(this.tick + 1) < unheard);
    this.#serve();
  }

  /** The client's clock is put forward, and no time passes. @param {number} ms */
  leap(ms) {
    this.it.clock.leap(ms);
    this.#began += ms;
    for (const { deliver } of this.#downlink.splice(0)) deliver();
    for (const { frame } of this.#uplink.splice(0)) this.#take(frame, this.now);
  }

  /** The server stands still for a time, as a machine does that is moved. @param {number} ms @param {(now: number) => void} [frame] */
  stand(ms, frame) {
    this.#began += ms;
    this.pass(ms, frame);
  }

  /** @param {number} tick */
  #due(tick) {
    return this.#began + (tick - 1000) * this.#tickMs;
  }

  #serve() {
    const { now } = this;
    for (const frame of this.#socket.sent.splice(0)) {
      const at = Math.max(this.#uplink.at(-1)?.at ?? 0, now + this.up(now));
      this.#uplink.push({ at, frame });
    }
    while (this.#uplink.length > 0 && this.#uplink[0].at <= now) {
      const { frame, at } = /** @type {any} */ (this.#uplink.shift());
      this.#take(frame, at);
    }
    while (this.#due(this.tick + 1) <= now) this.#run();
    while (this.#downlink.length > 0 && this.#downlink[0].at <= now) {
      this.#downlink.shift()?.deliver();
    }
  }

  /** @param {any[]} frame @param {number} now */
  #take(frame, now) {
    if (frame[0] === PING) this.#send(now, () => this.#socket.push(19, frame[1], 0));
    if (frame[0] !== INPUT) return;
    const [, , tick, , values] = frame;
    if (tick > this.#newest.tick) this.#newest = { tick, slack: Math.round(this.#due(tick) - now) };
    if (tick <= this.tick) {
      this.#pressed ||= values[1] > this.#held.values[1];
      if (tick > this.#held.tick) this.#held = { tick, values };
    } else if (tick - this.tick > this.tickRate) {
      // So far ahead it says nothing about the link, and must not hide what comes after it.
      this.#newest.tick = this.#held.tick;
    } else if (!this.#inputs.has(tick)) {
      this.#inputs.set(tick, values);
    }
  }

  /** @param {boolean} [isSent] whether the client is told of it */
  #run(isSent = true) {
    const tick = ++this.tick;
    const values = this.#inputs.get(tick);
    if (values) this.#held = { tick, values };
    else this.starved++;
    this.#inputs.delete(tick);
    const [turn, thrust] = this.#held.values;
    this.serve(tick, thrust === 1);
    if (this.craft !== null) {
      const row = valuesOf(this.craft);
      this.#step(row, { turn, thrust: thrust === 1 || this.#pressed }, 1 / this.tickRate);
      this.craft = quanta(row);
    }
    this.#pressed = false;
    this.history.set(tick, this.craft);
    const q = this.craft;
    const rows = q === null ? [] : [this.id, ...q.map((v, i) => wire(v, i))];
    const { slack } = this.#newest;
    const input = this.#held.tick;
    const ids = [...this.shots.keys()].sort((a, b) => a - b);
    const gaps = ids.map((id, i) => id - (ids[i - 1] ?? 0));
    const shots = ids.flatMap((id, i) => [gaps[i], ...(this.shots.get(id) ?? [])]);
    const body = [[1, [], [], rows]];
    if (shots.length > 0) body.push([2, [], [], shots]);
    const at = this.#due(tick);
    if (!isSent) return;
    this.#send(at, () => this.it.snapshot({ tick, input, slack, body }));
  }

  /** @param {number} from @param {() => void} deliver */
  #send(from, deliver) {
    const socket = this.#socket;
    const at = Math.max(this.#downlink.at(-1)?.at ?? 0, from + this.down(from));
    this.#downlink.push({
      at,
      deliver: () => {
        if (socket === this.it.socket && socket.isOpen) deliver();
      },
    });
  }
}

/** @param {any} row */
export const quanta = (row) => fields.map((f) => (f.kind === 5 ? 0 : quantumOf(f, row[f.name])));

/** @param {number[]} q @returns {any} */
const valuesOf = (q) =>
  Object.fromEntries(fields.map((f, i) => [f.name, f.kind === 5 ? "Ada" : dequantize(f, q[i])]));

/** A quantum as a keyframe in codec `mp` holds it. @param {number} v @param {number} i */
function wire(v, i) {
  if (fields[i].kind === 5) return "Ada";
  return fields[i].kind === 4 ? dequantize(fields[i], v) : v;
}
