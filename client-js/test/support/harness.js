import { decode, encode } from "@msgpack/msgpack";
import * as source from "../../src/index.js";
import { FakeClock, seeded } from "./clock.js";

// What a client waits for when it first opens is no part of what these tests are about.
await source.preload();

/** The server's end of a dialled socket, by hand. Frames go through real msgpack both ways. */
export class FakeSocket {
  binaryType = "";
  bufferedAmount = 0;
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;
  /** @type {any} */ onerror = null;
  /** @type {any[]} frames the client sent */
  sent = [];
  /** @type {number | null} code the client closed with, 0 for none given */
  closedWith = null;
  isOpen = false;

  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }

  /** @param {Uint8Array} bytes */
  send(bytes) {
    if (!this.isOpen || this.closedWith !== null) throw new Error("send on a closed socket");
    this.sent.push(decode(bytes));
  }

  /** @param {number} [code] */
  close(code = 0) {
    this.closedWith = code;
  }

  open() {
    this.isOpen = true;
    this.onopen?.({});
  }

  /** @param {any[]} frame from the server */
  push(...frame) {
    const bytes = encode(frame);
    this.raw(bytes);
  }

  /** @param {Uint8Array} bytes */
  raw(bytes) {
    this.onmessage?.({ data: bytes.slice().buffer });
  }

  /** @param {number} code the server ends it, or the network with 1006 */
  end(code) {
    this.onerror?.({});
    this.onclose?.({ code });
  }

  /** @param {number} kind @returns {any[][]} the client's frames of that kind */
  ofKind(kind) {
    return this.sent.filter((f) => f[0] === kind);
  }

  /** @param {number} kind @returns {any[]} */
  last(kind) {
    return this.ofKind(kind).at(-1) ?? [];
  }

  /** @param {Partial<{token: string, resumed: boolean, lost: number, pingEvery: number, session: string, user: string, name: string, maxFrame: number, version: number, codec: string, taken: number, expires: number}>} [is] */
  welcome(is = {}) {
    const w = {
      token: "token-1",
      resumed: false,
      lost: 0,
      pingEvery: 500,
      session: "s1",
      user: "u1",
      name: "Ada",
      maxFrame: 16384,
      version: 1,
      codec: "mp",
      taken: 0,
      expires: 0,
      ...is,
    };
    const {
      version,
      session,
      user,
      name,
      token,
      resumed,
      codec,
      pingEvery,
      maxFrame,
      lost,
      taken,
      expires,
    } = w;
    this.push(
      ...[16, version, session, user, name, token, resumed],
      ...[codec, pingEvery, 60000, maxFrame, lost, "test", taken, expires],
    );
  }

  /** Answers the newest request. @param {any} payload @param {any} [error] */
  reply(payload, error = null) {
    this.push(17, this.last(2)[1], error, payload);
  }

  /** @param {number} seq @param {string} channel @param {string} name @param {any} payload @param {number} [tick] */
  event(seq, channel, name, payload, tick = 0) {
    this.push(18, seq, channel, name, payload, tick);
  }
}

/** Ships at (x, y) with a heading, a flag, a name and a float: every kind of field there is. */
export const tables = [
  [
    "ships",
    [
      ["x", 2, -1000, 0.01, 0, 200000],
      ["y", 2, -1000, 0.01, 0, 200000],
      ["heading", 3, 10],
      ["hp", 1, 0, 255],
      ["alive", 0],
      ["name", 5, 24],
      ["heat", 4],
    ],
  ],
  ["pickups", [["kind", 1, 0, 3]]],
];
export const inputs = [
  ["thrust", 0],
  ["turn", 1, -1, 1],
  ["aim", 3, 8],
];

/**
 * @param {any} [is] options of the client; `manual` to answer the first dial by hand; `connect` of another
 *   build than the source
 */
export function harness(is = {}) {
  const { manual = false, connect = source.connect, ...options } = is;
  const clock = new FakeClock();
  /** @type {FakeSocket[]} */
  const sockets = [];
  class Dialled extends FakeSocket {
    /** @param {string} url */
    constructor(url) {
      super(url);
      sockets.push(this);
    }
  }
  /** @type {any[]} */
  const statuses = [];
  /** @type {unknown[]} */
  const errors = [];
  /** @type {source.Client} */
  const net = connect({
    url: "ws://test/ws",
    name: "Ada",
    transports: ["ws"],
    WebSocket: Dialled,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    now: clock.now,
    random: seeded(7),
    ...options,
  });
  net.on("status", (s) => statuses.push(s));
  net.on("error", (e) => errors.push(e));
  const it = {
    net,
    clock,
    sockets,
    statuses,
    errors,
    /** The newest socket. */
    get socket() {
      return sockets[sockets.length - 1];
    },
    /** The newest socket opens and is welcomed. @param {any} [welcome] */
    accept(welcome) {
      this.socket.open();
      this.socket.welcome(welcome);
      return this.socket;
    },
    /** The client enters a match. @param {any} [enter] */
    enter(enter = {}) {
      const e = { epoch: 1, match: "m1", game: "arena", seat: 1, tick: 100, ...enter };
      this.socket.push(
        ...[20, e.epoch, e.match, e.game, e.seat, e.tickRate ?? 60, e.tick, 60],
        ...[e.tables ?? tables, e.inputs ?? inputs],
      );
      return net.room;
    },
    /** @param {any} [s] */
    snapshot(s = {}) {
      this.socket.push(
        ...[21, s.epoch ?? 1, s.tick, s.base ?? 0, s.input ?? 0],
        ...[s.slack ?? 20, s.hash ?? null, s.body === undefined ? [] : s.body],
      );
    },
  };
  if (!manual) it.accept();
  return it;
}

/** A quantum of the ships' x and y. @param {number} v */
export const q = (v) => Math.round((v + 1000) / 0.01);

/**
 * A ship's row as a keyframe holds it. `heat` must be a float32, such as 0.5.
 * @param {{gap?: number, x?: number, y?: number, heading?: number, hp?: number, name?: string, heat?: number}} is
 */
export function ship({ gap = 1, x = 0, y = 0, heading = 0, hp = 100, name = "Ada", heat = 0.5 }) {
  return [gap, q(x), q(y), heading, hp, 1, name, heat];
}

/** Lets what was promised happen. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
