import { WireError } from "./wire.js";

/** The protocol version spoken here. */
export const VERSION = 1;

/**
 * @typedef {object} Welcome
 * @property {string} session
 * @property {string} user
 * @property {string} name
 * @property {string} token the resume token
 * @property {boolean} resumed
 * @property {string} codec of snapshot bodies
 * @property {number} pingEvery ms
 * @property {number} grace ms
 * @property {number} maxFrame bytes
 * @property {number} lost events that could not be replayed
 * @property {string} server
 * @property {number} taken newest event of ours that the server has handled
 * @property {number} expires when the credentials do, Unix ms; 0 for never
 *
 * @typedef {object} Reply
 * @property {number} id
 * @property {[string, string, string] | null} error code, field, message
 * @property {any} payload
 *
 * @typedef {object} GameEvent
 * @property {number} seq
 * @property {string} channel
 * @property {string} name
 * @property {any} payload
 * @property {number} tick 0 outside a match
 *
 * @typedef {object} Ask
 * @property {number} id
 * @property {string} channel
 * @property {string} name
 * @property {any} payload
 *
 * @typedef {object} Enter
 * @property {number} epoch
 * @property {string} match
 * @property {string} game
 * @property {number} seat 0 for a spectator
 * @property {number} tickRate Hz
 * @property {number} tick
 * @property {number} hashEvery ticks
 * @property {any[]} tables
 * @property {any[]} inputs
 *
 * @typedef {object} Snapshot
 * @property {number} epoch
 * @property {number} tick
 * @property {number} base 0 for a keyframe
 * @property {number} input newest input consumed, 0 for none
 * @property {number} slack ms, negative when inputs come too late
 * @property {number | null} hash
 * @property {any} body checked when it is applied
 */

const UINT16 = 0xffff;
const UINT32 = 0xffffffff;
/** Largest time, in milliseconds. */
const FAR = 2 ** 53;
/** Longest resume token, in bytes; it is ASCII. */
const MAX_TOKEN = 512;
/** Longest channel or name, in bytes; they are ASCII. */
const MAX_IDENT = 64;

/** @param {any[]} f @param {number} i @returns {string} */
export function str(f, i) {
  if (typeof f[i] !== "string") throw new WireError(`element ${i} is no string`);
  return f[i];
}

/** A channel or a name: no longer than those that a server may use. @param {any[]} f @param {number} i */
export function ident(f, i) {
  if (str(f, i).length > MAX_IDENT) throw new WireError(`element ${i} is too long`);
  return f[i];
}

/** @param {any[]} f @param {number} i @param {number} [max] @returns {number} */
export function uint(f, i, max = UINT32) {
  const v = f[i];
  if (!Number.isInteger(v) || v < 0 || v > max) {
    throw new WireError(`element ${i} is no such integer`);
  }
  return v;
}

/** @param {any[]} f @param {number} i @returns {any[]} */
export function list(f, i) {
  if (!Array.isArray(f[i])) throw new WireError(`element ${i} is no array`);
  return f[i];
}

/** What may be anything must still be there; the other readers see to that themselves. @param {any[]} f @param {number} i */
function any(f, i) {
  if (i >= f.length) throw new WireError(`element ${i} is missing`);
  return f[i];
}

/** @param {any[]} f @returns {number} */
export function welcomeVersion(f) {
  return uint(f, 1);
}

/** @param {any[]} f @returns {Welcome} */
export function welcome(f) {
  if (typeof f[6] !== "boolean") throw new WireError("element 6 is no boolean");
  if (str(f, 5).length > MAX_TOKEN) throw new WireError("token too long");
  return {
    session: str(f, 2),
    user: str(f, 3),
    name: str(f, 4),
    token: str(f, 5),
    resumed: f[6],
    codec: str(f, 7),
    pingEvery: uint(f, 8),
    grace: uint(f, 9),
    maxFrame: uint(f, 10),
    lost: uint(f, 11),
    server: str(f, 12),
    // Earlier servers do not say these.
    taken: f.length > 13 ? uint(f, 13) : 0,
    expires: f.length > 14 ? uint(f, 14, FAR) : 0,
  };
}

/** @param {any[]} f @returns {Reply} */
export function reply(f) {
  const error = f[2] === null ? null : list(f, 2);
  return {
    id: uint(f, 1),
    error: error === null ? null : [str(error, 0), str(error, 1), str(error, 2)],
    payload: any(f, 3),
  };
}

/** @param {any[]} f @returns {GameEvent} */
export function event(f) {
  return {
    seq: uint(f, 1),
    channel: str(f, 2),
    name: str(f, 3),
    payload: any(f, 4),
    tick: uint(f, 5),
  };
}

/** @param {any[]} f @returns {{time: number, taken: number}} of the ping that is answered; as in a welcome */
export function pong(f) {
  uint(f, 2, FAR);
  return { time: uint(f, 1, FAR), taken: f.length > 3 ? uint(f, 3) : 0 };
}

/** @param {any[]} f @returns {Ask} */
export function ask(f) {
  uint(f, 5);
  return { id: uint(f, 1), channel: ident(f, 2), name: ident(f, 3), payload: any(f, 4) };
}

/** @param {any[]} f @returns {Enter} */
export function enter(f) {
  const tickRate = uint(f, 5, 1000);
  if (tickRate === 0) throw new WireError("tick rate of 0");
  return {
    epoch: uint(f, 1),
    match: str(f, 2),
    game: str(f, 3),
    seat: uint(f, 4, UINT16),
    tickRate,
    tick: uint(f, 6),
    hashEvery: uint(f, 7),
    tables: list(f, 8),
    inputs: list(f, 9),
  };
}

/** @param {any[]} f @returns {Snapshot} */
export function snapshot(f) {
  const slack = f[5];
  if ((slack | 0) !== slack) throw new WireError("element 5 is no such integer");
  return {
    epoch: uint(f, 1),
    tick: uint(f, 2),
    base: uint(f, 3),
    input: uint(f, 4),
    slack,
    hash: f[6] === null ? null : uint(f, 6),
    body: any(f, 7),
  };
}
