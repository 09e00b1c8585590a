import { MAX_DEPTH, refusedKeys } from "./wire.js";

const utf8 = new TextEncoder();
const float = new DataView(new ArrayBuffer(8));

/** What is being written, and where. It grows and is kept. */
let out = new Uint8Array(2048);
let at = 0;

/**
 * Encodes one frame. Integers take the shortest form, other numbers are float64; undefined is null, and map values that are undefined are left out.
 * A view of a buffer is `bin`, any other object the map of its own enumerable properties.
 *
 * @param {any[]} frame
 * @returns {Uint8Array<ArrayBuffer>} a copy of its own
 * @throws {Error} for what the wire cannot carry: functions, symbols, bigints, nesting deeper than MAX_DEPTH, keys that reach a prototype
 */
export function encode(frame) {
  // Getters of what is encoded may encode something themselves: that goes behind what is written so far.
  const start = at;
  try {
    write(frame, 1);
    return out.slice(start, at);
  } finally {
    at = start;
  }
}

/** @param {any} v @param {number} depth that it has if it is a container */
function write(v, depth) {
  room(9);
  if (typeof v === "number") number(v);
  else if (typeof v === "string") text(v);
  else if (v == null) out[at++] = 0xc0;
  else if (typeof v === "boolean") out[at++] = v ? 0xc3 : 0xc2;
  else if (Array.isArray(v)) array(v, depth);
  else if (ArrayBuffer.isView(v)) binary(v);
  else if (typeof v === "object") map(v, depth);
  else throw new Error(`a ${typeof v} cannot be sent`);
}

/** Makes sure that so many bytes can be written. @param {number} n */
function room(n) {
  if (at + n <= out.length) return;
  const larger = new Uint8Array((at + n) * 2);
  larger.set(out);
  out = larger;
}

/** @param {number} n @param {number} bits 8, 16 or 32, of which the low ones are written, big endian */
function put(n, bits) {
  for (let shift = bits - 8; shift >= 0; shift -= 8) out[at++] = n >>> shift;
}

/**
 * Writes a count or an unsigned integer below 2^32 behind the first type byte that has room for it.
 * @param {number} n
 * @param {number} head the type byte of the form of 8 bits, which those of 16 and 32 bits follow
 */
function sized(n, head) {
  const form = n < 0x100 ? 0 : n < 0x10000 ? 1 : 2;
  out[at++] = head + form;
  put(n, 8 << form);
}

/** @param {number} n */
function number(n) {
  if (!Number.isSafeInteger(n)) {
    out[at++] = 0xcb;
    float.setFloat64(0, n);
    for (let i = 0; i < 8; i++) out[at++] = float.getUint8(i);
  } else if (n >= -0x20 && n < 0x80) out[at++] = n;
  else if (n >= 0x100000000 || n < -0x80000000) {
    out[at++] = n < 0 ? 0xd3 : 0xcf;
    put(Math.floor(n / 0x100000000), 32);
    put(n, 32);
  } else if (n > 0) sized(n, 0xcc);
  else {
    const form = n >= -0x80 ? 0 : n >= -0x8000 ? 1 : 2;
    out[at++] = 0xd0 + form;
    put(n, 8 << form);
  }
}

/** @param {string} s half surrogate pairs become U+FFFD */
function text(s) {
  // A unit makes three bytes at most, a pair of them four.
  room(5 + s.length * 3);
  const from = at + 5;
  const { written } = utf8.encodeInto(s, out.subarray(from));
  if (written < 0x20) out[at++] = 0xa0 + written;
  else sized(written, 0xd9);
  out.copyWithin(at, from, from + written);
  at += written;
}

/** @param {ArrayBufferView} v */
function binary({ buffer, byteOffset, byteLength }) {
  sized(byteLength, 0xc4);
  room(byteLength);
  out.set(new Uint8Array(buffer, byteOffset, byteLength), at);
  at += byteLength;
}

/**
 * Opens a container.
 * @param {number} count of its elements or pairs
 * @param {number} fixed the type byte of the form with up to 15 of them
 * @param {number} head that of the form with a count of 16 bits; one with 32 bits follows
 * @param {number} depth
 */
function open(count, fixed, head, depth) {
  if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
  if (count < 0x10) {
    out[at++] = fixed + count;
    return;
  }
  const form = count < 0x10000 ? 0 : 1;
  out[at++] = head + form;
  put(count, 16 << form);
}

/** @param {any[]} list @param {number} depth */
function array(list, depth) {
  open(list.length, 0x90, 0xdc, depth);
  for (const v of list) write(v, depth + 1);
}

/** @param {Record<string, any>} object @param {number} depth */
function map(object, depth) {
  const keys = Object.keys(object).filter((key) => object[key] !== undefined);
  open(keys.length, 0x80, 0xde, depth);
  for (const key of keys) {
    if (refusedKeys.has(key)) throw new Error(`the key ${key} cannot be sent`);
    text(key);
    write(object[key], depth + 1);
  }
}
