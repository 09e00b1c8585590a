import { kindOf, MAX_DEPTH, MAX_INCOMING, refusedKeys, WireError } from "./wire.js";

/** Bytes up to which a string is read by a loop, which costs less than calling the decoder for it. */
const SHORT = 32;

// A byte order mark is a character like any other.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// What is being decoded. Module-wide because decoding never waits nor calls out.
/** @type {Uint8Array} */
let bytes = new Uint8Array(0);
let view = new DataView(bytes.buffer);
/** Where the next byte is read; never beyond the end. */
let at = 0;
/** Values still to come in all open containers. */
let owed = 0;

/**
 * Decodes one message: one msgpack array with a kind that ends with the message, nothing deeper than MAX_DEPTH, no
 * `ext`, integers within ±2^53, strings of valid UTF-8, maps with string keys that cannot reach a prototype. A length is
 * held against the bytes that are there before anything is made by it, and every value still to come counts as one
 * of them; so what is made has at most as many elements as the message has bytes.
 *
 * @param {Uint8Array} message
 * @returns {any[]} the frame's array; numbers, strings, booleans, nulls, Uint8Arrays (which are views of the message), arrays, objects
 * @throws {WireError}
 */
export function decode(message) {
  if (message.length > MAX_INCOMING) throw new WireError("message too big");
  if (kindOf(message) < 0) throw new WireError("not an array with a kind");
  bytes = message;
  view = new DataView(message.buffer, message.byteOffset, message.length);
  at = 0;
  owed = 1;
  const frame = value(1);
  if (at < message.length) throw new WireError("bytes after the end");
  return frame;
}

/** @returns {never} */
function truncated() {
  throw new WireError("truncated");
}

/**
 * Reads a value.
 * @param {number} depth that it has if it is a container
 * @returns {any}
 */
function value(depth) {
  if (at >= bytes.length) truncated();
  owed--;
  const head = bytes[at++];
  if (head < 0x80) return head;
  if (head >= 0xe0) return head - 0x100;
  if (head < 0x90) return map(head & 0x0f, depth);
  if (head < 0xa0) return array(head & 0x0f, depth);
  if (head < 0xc0) return text(head & 0x1f);
  switch (head) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return binary(u8());
    case 0xc5:
      return binary(u16());
    case 0xc6:
      return binary(u32());
    case 0xca:
      return view.getFloat32(skip(4));
    case 0xcb:
      return view.getFloat64(skip(8));
    case 0xcc:
      return u8();
    case 0xcd:
      return u16();
    case 0xce:
      return u32();
    case 0xcf:
      return wide(u32());
    case 0xd0:
      return view.getInt8(skip(1));
    case 0xd1:
      return view.getInt16(skip(2));
    case 0xd2:
      return i32();
    case 0xd3:
      return wide(i32());
    case 0xd9:
      return text(u8());
    case 0xda:
      return text(u16());
    case 0xdb:
      return text(u32());
    case 0xdc:
      return array(u16(), depth);
    case 0xdd:
      return array(u32(), depth);
    case 0xde:
      return map(u16(), depth);
    case 0xdf:
      return map(u32(), depth);
    default:
      throw new WireError(`type byte 0x${head.toString(16)}`);
  }
}

/** Passes over so many bytes. @param {number} n @returns {number} where they begin */
function skip(n) {
  at += n;
  if (at > bytes.length) truncated();
  return at - n;
}

const u8 = () => bytes[skip(1)];
const u16 = () => view.getUint16(skip(2));
const u32 = () => view.getUint32(skip(4));
const i32 = () => view.getInt32(skip(4));

/** A 64-bit integer: beyond ±2^53 a JavaScript number would be silently wrong. @param {number} high its upper half */
function wide(high) {
  const low = u32();
  if (high > 0x200000 || (high === 0x200000 && low > 0) || high < -0x200000) {
    throw new WireError("integer beyond 2^53");
  }
  return high * 2 ** 32 + low;
}

/** Opens a container. @param {number} values in it @param {number} depth */
function open(values, depth) {
  owed += values;
  if (owed > bytes.length - at) truncated();
  if (depth > MAX_DEPTH) throw new WireError("nested too deep");
}

/** @param {number} count @param {number} depth */
function array(count, depth) {
  open(count, depth);
  const list = new Array(count);
  for (let i = 0; i < count; i++) list[i] = value(depth + 1);
  return list;
}

/** @param {number} count of pairs @param {number} depth */
function map(count, depth) {
  open(count * 2, depth);
  /** @type {Record<string, any>} */
  const object = {};
  for (let i = 0; i < count; i++) {
    const key = value(depth + 1);
    if (typeof key !== "string") throw new WireError("map key is not a string");
    if (refusedKeys.has(key)) throw new WireError("refused map key");
    object[key] = value(depth + 1);
  }
  return object;
}

/** The next bytes, as a view. @param {number} length */
function binary(length) {
  const start = at;
  at += length;
  if (at > bytes.length) truncated();
  return bytes.subarray(start, at);
}

/** @param {number} length in bytes */
function text(length) {
  const end = at + length;
  if (end > bytes.length) truncated();
  if (length <= SHORT) {
    let s = "";
    let i = at;
    for (; i < end && bytes[i] < 0x80; i++) s += String.fromCharCode(bytes[i]);
    if (i === end) {
      at = end;
      return s;
    }
  }
  try {
    return utf8.decode(binary(length));
  } catch {
    throw new WireError("string is not UTF-8");
  }
}
