import { Exchange } from "./conditions/exchange.js";
import { ConditionedSocket } from "./conditions/socket.js";
import { Wire } from "./conditions/wire.js";

/**
 * What a line is like.
 * @typedef {object} Line
 * @property {number} [delayMs] of each way, 0 to 10 000; default 0
 * @property {number} [jitterMs] each message takes up to so much more or less, evenly spread, but never arrives before it is sent or before the one
 *   ahead of it. 0 to 10 000; default 0
 * @property {number} [lossPercent] of segments that have to be sent again, each way, 0 to 50; what comes behind waits, as over TCP. Default 0
 * @property {number} [kbps] kilobits a second of each direction, headers and all, for all connections together; 0, the default, for no limit
 * @property {number} [queueBytes] that may wait for the line in each direction, 1 KiB to 64 MiB; a connection that says more is lost. Default 1 MiB
 *
 * @typedef {object} Timers
 * @property {(fn: () => void, ms: number) => any} setTimeout
 * @property {(id: any) => void} clearTimeout
 * @property {() => number} now milliseconds of a clock that never goes back
 *
 * @typedef {object} Means
 * @property {number} [seed] of jitter and losses: the same one has the same fate for the same messages. Default 1
 * @property {() => number} [random] uniform in [0, 1), in place of the seed
 *
 * @typedef {Line & Means & Partial<Timers>} ConditionsOptions
 *
 * @typedef {new (url: string, protocols?: string | string[]) => any} SocketClass
 */

/** Ranges of a line's figures. @type {Record<keyof Line, [least: number, most: number, usual: number]>} */
const RANGES = {
  delayMs: [0, 10_000, 0],
  jitterMs: [0, 10_000, 0],
  lossPercent: [0, 50, 0],
  kbps: [0, 1e7, 0],
  queueBytes: [1 << 10, 64 << 20, 1 << 20],
};

/**
 * A bad network for one page or process, made of a good one: what is sent and heard over the WebSockets and requests that it wraps is
 * late, held up and limited as over TCP on a long line. Nothing is lost but whole connections.
 *
 * It is for trying things out. Timers of browsers are exact to a few milliseconds, and in hidden tabs slowed down.
 */
export class Conditions {
  #line;
  #wire;

  /** @param {ConditionsOptions} [options] @throws {RangeError} for what is out of range */
  constructor({ seed = 1, random, setTimeout, clearTimeout, now, ...line } = {}) {
    this.#line = checked(line, defaults());
    const timers = {
      setTimeout: setTimeout ?? ((fn, ms) => globalThis.setTimeout(fn, ms)),
      clearTimeout: clearTimeout ?? ((id) => globalThis.clearTimeout(id)),
      now: now ?? (() => performance.now()),
    };
    // One for each way, so that what is sent does not change the fate of what comes.
    const up = random ?? seeded(seed);
    const down = random ?? seeded(~seed);
    this.#wire = new Wire(() => this.#line, timers, [up, down]);
  }

  /**
   * The line that a page's address asks for by `?net=150,30,1`: the round trip and how far it varies, in milliseconds, the
   * percentage of losses, and as a fourth figure kilobits a second. Half of the first two is each way's. Figures may be named, as the
   * simulator has them, behind those that are not: `150,30,1,kbps=256`, `rtt=40,loss=3`.
   * @param {string | null | undefined} said
   * @returns {Line | null} null for nothing said
   * @throws {RangeError} for what is none
   */
  static parse(said) {
    if (!said) return null;
    /** @type {Record<string, number>} */
    const figures = {};
    const names = ["rtt", "jitter", "loss", "kbps"];
    let areNamed = false; // from here on
    for (const [i, part] of said.split(",").entries()) {
      const [, named, figure] = /^(?:(\w+)=)?(\d+(?:\.\d+)?)$/.exec(part.trim()) ?? [];
      areNamed ||= named !== undefined;
      const name = areNamed ? named : names[i];
      if (figure === undefined || !names.includes(name) || name in figures) {
        throw new RangeError(`${said} is no round trip, jitter and loss, such as 150,30,1`);
      }
      figures[name] = Number(figure);
    }
    const { rtt = 0, jitter = 0, loss = 0, kbps = 0 } = figures;
    return checked({ delayMs: rtt / 2, jitterMs: jitter / 2, lossPercent: loss, kbps }, {});
  }

  /** The line as it is. @returns {Required<Line>} */
  get options() {
    return { ...this.#line };
  }

  /** Changes it, for what is not on its way yet. What is left out stays. @param {Line} line @throws {RangeError} */
  set(line) {
    this.#line = checked(line, this.#line);
    this.#wire.deliver();
  }

  /** Nothing arrives any more, either way, for so long; then all of it does. @param {number} ms 0 or more */
  freeze(ms) {
    this.#wire.freeze(duration(ms));
  }

  /**
   * Every connection is lost, with what is under way.
   * @param {number} [ms] so long there is no new one either
   */
  cut(ms = 0) {
    this.#wire.cut(duration(ms));
  }

  /** What went over the line so far, and what waits for it. */
  get stats() {
    const { up, down, connections, cuts, overflows } = this.#wire;
    const of = (/** @type {import("./conditions/lane.js").Direction} */ direction) => ({
      messages: direction.messages,
      bytes: direction.bytes,
      /** Losses that held something up. */
      stalls: direction.stalls,
      waitingBytes: direction.waiting,
    });
    return { up: of(up), down: of(down), connections, cuts, overflows };
  }

  /**
   * The same class over this line.
   * @param {SocketClass} [WebSocket]
   * @returns {SocketClass & typeof globalThis.WebSocket}
   */
  wrap(WebSocket = globalThis.WebSocket) {
    const wire = this.#wire;
    return /** @type {any} */ (
      class extends ConditionedSocket {
        /** @param {string | URL} url @param {string | string[]} [protocols] */
        constructor(url, protocols) {
          super(WebSocket, wire, url, protocols);
        }
      }
    );
  }

  /**
   * The same function over this line. Every request has a connection of its own.
   * @param {typeof globalThis.fetch} [fetch]
   * @returns {typeof globalThis.fetch}
   */
  wrapFetch(fetch = (input, init) => globalThis.fetch(input, init)) {
    return (input, init) => new Exchange(this.#wire).run(fetch, input, init);
  }
}

/** @returns {Required<Line>} */
function defaults() {
  return /** @type {any} */ (
    Object.fromEntries(Object.entries(RANGES).map(([name, [, , usual]]) => [name, usual]))
  );
}

/**
 * @template {Line} T
 * @param {Line} line
 * @param {T} before
 * @returns {T}
 * @throws {RangeError}
 */
function checked(line, before) {
  const changed = { ...before };
  for (const [name, value] of Object.entries(line)) {
    const range = RANGES[/** @type {keyof Line} */ (name)];
    if (range === undefined) throw new RangeError(`a line has no ${name}`);
    if (value === undefined) continue;
    if (!(value >= range[0] && value <= range[1])) {
      throw new RangeError(`${name} has to be ${range[0]} to ${range[1]}`);
    }
    Object.assign(changed, { [name]: value });
  }
  return changed;
}

/** @param {number} ms */
function duration(ms) {
  if (!(ms >= 0)) throw new RangeError("a time is 0 or more milliseconds");
  return ms;
}

/** A small generator (mulberry32). @param {number} seed @returns {() => number} uniform in [0, 1) */
function seeded(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
