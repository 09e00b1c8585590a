import assert from "node:assert/strict";
import { test } from "node:test";
import { encode as oracle } from "@msgpack/msgpack";
import { decode, encode, MAX_INCOMING } from "../src/codec.js";
import { MAX_DEPTH, WireError } from "../src/guard.js";
import { seeded } from "./support/clock.js";

/** @param {...number} b */
const bytes = (...b) => new Uint8Array(b);
/** @param {any} value nested in so many arrays, the frame among them @param {number} depth */
const nested = (value, depth) => {
  let v = value;
  for (let i = 0; i < depth; i++) v = [v];
  return v;
};

test("a frame comes back as it was sent", () => {
  const frame = [2, null, true, false, 0, -1, 127, 128, 255, 256, 65536, 2 ** 32, -129, -40000];
  const rest = [-(2 ** 33), 2 ** 53 - 1, 1.5, "", "é", "😀 ".repeat(100), new Uint8Array([1, 2])];
  const both = [...frame, ...rest, { a: [1, { b: null }] }, [], {}];
  assert.deepEqual(decode(encode(both)), both);
});

test("integers take the shortest form", () => {
  assert.deepEqual([...encode([3, 200, -3])], [0x93, 3, 0xcc, 200, 0xfd]);
});

test("undefined map values are left out, so that optional keys can be passed on", () => {
  assert.deepEqual(decode(encode([{ a: undefined, b: 1 }])), [{ b: 1 }]);
});

const hostile = {
  nothing: bytes(),
  "a number instead of an array": bytes(5),
  "a map instead of an array": bytes(0x81, 0xa1, 0x61, 1),
  "an array without its element": bytes(0x91),
  "bytes after the array": bytes(0x91, 1, 2),
  "five bytes that claim 2^32 elements": bytes(0xdd, 0xff, 0xff, 0xff, 0xff),
  "a map that claims 2^32 pairs": bytes(0x91, 0xdf, 0xff, 0xff, 0xff, 0xff),
  "a string longer than the message": bytes(0x91, 0xdb, 0xff, 0xff, 0xff, 0xff),
  "a binary longer than the message": bytes(0x91, 0xc6, 0xff, 0xff, 0xff, 0xff, 1),
  "a header cut short": bytes(0x91, 0xdc, 0x00),
  "a float cut short": bytes(0x91, 0xcb, 0, 0),
  "a 64-bit integer cut short": bytes(0x91, 0xcf, 0, 0),
  "the type byte that is never used": bytes(0x91, 0xc1),
  "an ext": bytes(0x91, 0xd4, 1, 0),
  "an ext 32": bytes(0x91, 0xc9, 0, 0, 0, 1, 1, 0),
  "an unsigned integer over 2^53": bytes(0x91, 0xcf, 0, 0x20, 0, 0, 0, 0, 0, 1),
  "a negative integer under -2^53": bytes(0x91, 0xd3, 0xff, 0xdf, 0xff, 0xff, 0xff, 0xff, 0xff, 0),
  "a string that is not UTF-8": bytes(0x91, 0xa2, 0xc3, 0x28),
  "an overlong NUL": bytes(0x91, 0xa2, 0xc0, 0x80),
  "half a surrogate pair": bytes(0x91, 0xa3, 0xed, 0xa0, 0x80),
  "a number as a key": bytes(0x91, 0x81, 1, 1),
  "nil as a key": bytes(0x91, 0x81, 0xc0, 1),
  "a map without its last value": bytes(0x91, 0x81, 0xa1, 0x61),
  "one level too many": oracle(nested(1, MAX_DEPTH + 1)),
  "one level too many in maps": oracle([nested({ a: 1 }, MAX_DEPTH - 1)]),
};
for (const [name, message] of Object.entries(hostile)) {
  test(`refused: ${name}`, () => {
    assert.throws(() => decode(message), WireError);
  });
}

for (const key of ["__proto__", "constructor", "prototype"]) {
  test(`refused: the key ${key}, however its length is written`, () => {
    const text = new TextEncoder().encode(key);
    const n = text.length;
    const headers = [[0xa0 + n], [0xd9, n], [0xda, 0, n], [0xdb, 0, 0, 0, n]];
    for (const header of headers) {
      assert.throws(() => decode(bytes(0x91, 0x81, ...header, ...text, 1)), WireError);
    }
    assert.deepEqual(decode(bytes(0x91, 0xa0 + n, ...text)), [key]);
  });
}

test("the limits themselves are allowed", () => {
  assert.deepEqual(decode(oracle(nested(1, MAX_DEPTH))), nested(1, MAX_DEPTH));
  assert.deepEqual(decode(bytes(0x91, 0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0)), [2 ** 53]);
  assert.deepEqual(decode(bytes(0x91, 0xd3, 0xff, 0xe0, 0, 0, 0, 0, 0, 0)), [-(2 ** 53)]);
});

test("72 kB of nested array headers that claim 65535 each cost nothing", () => {
  const message = new Uint8Array(72000);
  for (let i = 0; i < message.length; i += 3) message.set([0xdc, 0xff, 0xff], i);
  assert.throws(() => decode(message), WireError);
});

test("a message over the limit is refused unread", () => {
  assert.throws(() => decode(new Uint8Array(MAX_INCOMING + 1)), WireError);
});

test("whatever the bytes, they are decoded or refused, and what is decoded encodes to the same", () => {
  const random = seeded(20);
  const seeds = [
    oracle([21, 1, 100, 99, 98, 20, 123456789, [[0, [1, 2], [1, 3, -5, 6], [1, 2, 3, 4]]]]),
    oracle([18, 7, "lobby", "state", { id: "x", members: [{ user: "é", ready: true }] }, 0]),
    oracle([16, 1, "s", "u", "n", "token", false, "mp", 500, 60000, 16384, 0, "srv"]),
  ];
  let decoded = 0;
  for (let round = 0; round < 20000; round++) {
    const message = seeds[round % seeds.length].slice();
    for (let n = 1 + random() * 3; n > 0; n--) {
      message[Math.floor(random() * message.length)] = Math.floor(random() * 256);
    }
    let value;
    try {
      value = decode(message.subarray(0, message.length - Math.floor(random() * 1.2)));
    } catch (error) {
      assert.ok(error instanceof WireError, `${error} for ${message}`);
      continue;
    }
    decoded++;
    assert.deepEqual(decode(oracle(value)), value);
  }
  assert.ok(decoded > 1000, "some mutations must stay valid");
});
