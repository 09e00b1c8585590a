import assert from "node:assert/strict";
import { test } from "node:test";
import { encode as oracle } from "@msgpack/msgpack";
import { decode } from "../src/decode.js";
import { encode } from "../src/encode.js";
import { MAX_DEPTH, MAX_INCOMING, WireError } from "../src/wire.js";
import { seeded } from "./support/clock.js";

/** @param {...number} b */
const bytes = (...b) => new Uint8Array(b);
/** A frame of kind 5 whose one other element is what these bytes say. @param {...number} b */
const frame = (...b) => bytes(0x92, 5, ...b);
/** @param {any} value nested in so many arrays @param {number} depth */
const nested = (value, depth) => {
  let v = value;
  for (let i = 0; i < depth; i++) v = [v];
  return v;
};

test("a frame comes back as it was sent", () => {
  const numbers = [2, null, true, false, 0, -1, 127, 128, 255, 256, 65536, 2 ** 32, -129, -40000];
  const rest = [-(2 ** 33), 2 ** 53 - 1, 1.5, "", "é", "😀 ".repeat(100), new Uint8Array([1, 2])];
  const both = [...numbers, ...rest, { a: [1, { b: null }] }, [], {}];
  assert.deepEqual(decode(encode(both)), both);
});

test("integers take the shortest form", () => {
  assert.deepEqual([...encode([3, 200, -3])], [0x93, 3, 0xcc, 200, 0xfd]);
});

test("undefined map values are left out, so that optional keys can be passed on", () => {
  assert.deepEqual(decode(encode([5, { a: undefined, b: 1 }])), [5, { b: 1 }]);
});

test("a view of any kind is sent as its bytes, wherever in its buffer it lies", () => {
  const view = new Uint16Array([1, 2, 3]).subarray(1);
  assert.deepEqual(decode(encode([5, view])), [5, new Uint8Array(view.buffer, 2, 4)]);
  assert.deepEqual(decode(encode([5, new DataView(view.buffer, 1, 1)])), [5, bytes(0)]);
});

test("a byte order mark is a character like any other, in short strings and in long ones", () => {
  for (const s of ["\ufeffa", `\ufeff${"a".repeat(300)}`]) {
    assert.deepEqual(decode(encode([5, s])), [5, s]);
  }
});

test("half a surrogate pair is sent as the replacement character, since the wire has no form for it", () => {
  assert.deepEqual(decode(encode([5, "a\ud800"])), [5, "a\ufffd"]);
});

test("what the wire cannot carry is not sent, and the next frame does not suffer from it", () => {
  const circle = /** @type {any[]} */ ([]);
  circle.push(circle);
  const bad = [() => {}, Symbol("a"), 1n, nested(1, MAX_DEPTH), circle];
  for (const key of ["__proto__", "constructor", "prototype"])
    bad.push(JSON.parse(`{"${key}": 1}`));
  for (const value of bad) {
    assert.throws(() => encode([5, "left over", value]), Error);
    assert.deepEqual([...encode([5])], [0x91, 5]);
  }
});

test("the deepest frame that may be sent can be sent", () => {
  const deepest = [5, nested(1, MAX_DEPTH - 1)];
  assert.deepEqual(decode(encode(deepest)), deepest);
});

test("a getter may encode a frame of its own while it is asked for its value", () => {
  const lazy = {
    get a() {
      return encode([7, "x".repeat(5000)]).length;
    },
  };
  assert.deepEqual(decode(encode([5, "before", lazy, "after"])), [
    5,
    "before",
    { a: 5005 },
    "after",
  ]);
});

/** @type {Record<string, [Uint8Array, RegExp]>} */
const hostile = {
  nothing: [bytes(), /kind/],
  "an empty array": [bytes(0x90), /kind/],
  "a number instead of an array": [bytes(5), /kind/],
  "a map instead of an array": [bytes(0x81, 0xa1, 0x61, 1), /kind/],
  "a kind that is negative": [bytes(0x91, 0xff), /kind/],
  "a kind in two bytes": [bytes(0x91, 0xcc, 5), /kind/],
  "an array 32, even of few elements": [bytes(0xdd, 0, 0, 0, 1, 5), /kind/],
  "an array without its second element": [bytes(0x92, 5), /truncated/],
  "bytes after the array": [bytes(0x91, 1, 2), /after the end/],
  "five bytes that claim 2^32 elements": [frame(0xdd, 0xff, 0xff, 0xff, 0xff), /truncated/],
  "a map that claims 2^32 pairs": [frame(0xdf, 0xff, 0xff, 0xff, 0xff), /truncated/],
  "a map that claims 2^31 pairs": [frame(0xdf, 0x80, 0, 0, 0), /truncated/],
  "a string longer than the message": [frame(0xdb, 0xff, 0xff, 0xff, 0xff), /truncated/],
  "a binary longer than the message": [frame(0xc6, 0xff, 0xff, 0xff, 0xff, 1), /truncated/],
  "a header cut short": [frame(0xdc, 0x00), /truncated/],
  "a float cut short": [frame(0xcb, 0, 0), /truncated/],
  "a 64-bit integer cut short": [frame(0xcf, 0, 0), /truncated/],
  "the type byte that is never used": [frame(0xc1), /type byte/],
  "an ext": [frame(0xd4, 1, 0), /type byte/],
  "an ext 32": [frame(0xc9, 0, 0, 0, 1, 1, 0), /type byte/],
  "2^53 + 1": [frame(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 1), /2\^53/],
  "-2^53 - 1": [frame(0xd3, 0xff, 0xdf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), /2\^53/],
  "a string that is not UTF-8": [frame(0xa2, 0xc3, 0x28), /UTF-8/],
  "an overlong NUL": [frame(0xa2, 0xc0, 0x80), /UTF-8/],
  "half a surrogate pair": [frame(0xa3, 0xed, 0xa0, 0x80), /UTF-8/],
  "a number as a key": [frame(0x81, 1, 1), /key/],
  "nil as a key": [frame(0x81, 0xc0, 1), /key/],
  "an array as a key": [frame(0x81, 0x91, 1, 1), /key/],
  "a map without its last value": [frame(0x81, 0xa1, 0x61), /truncated/],
  "lengths that fit one by one and not together": [
    bytes(0x93, 5, 0xdc, 0, 6, 0xc1, 0, 0, 0, 0, 0),
    /truncated/,
  ],
  "a level too many": [oracle([5, nested(1, MAX_DEPTH)]), /deep/],
  "a level too many in maps": [oracle([5, nested({ a: 1 }, MAX_DEPTH - 1)]), /deep/],
};
for (const [name, [message, reason]] of Object.entries(hostile)) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => decode(message),
      (e) => e instanceof WireError && reason.test(e.message),
    );
  });
}

for (const key of ["__proto__", "constructor", "prototype"]) {
  test(`refused: the key ${key}, however its length is written`, () => {
    const text = new TextEncoder().encode(key);
    const n = text.length;
    for (const header of [[0xa0 + n], [0xd9, n], [0xda, 0, n], [0xdb, 0, 0, 0, n]]) {
      assert.throws(() => decode(frame(0x81, ...header, ...text, 1)), /refused map key/);
    }
    assert.deepEqual(decode(frame(0xa0 + n, ...text)), [5, key]);
  });
}

test("the limits themselves are allowed", () => {
  const deepest = [5, nested(1, MAX_DEPTH - 1)];
  assert.deepEqual(decode(oracle(deepest)), deepest);
  assert.deepEqual(decode(frame(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0)), [5, 2 ** 53]);
  assert.deepEqual(decode(frame(0xd3, 0xff, 0xe0, 0, 0, 0, 0, 0, 0)), [5, -(2 ** 53)]);
});

test("72 kB of nested array headers that claim 65535 each cost nothing", () => {
  const message = new Uint8Array(72000);
  for (let i = 0; i < message.length; i += 3) message.set([0xdc, 0xff, 0xff], i);
  assert.throws(() => decode(message), WireError);
  message.set([0xdc, 0xff, 0xff, 5, 0xc0, 0xc0]);
  assert.throws(() => decode(message), /deep|truncated/);
});

test("a message over the limit is refused unread", () => {
  assert.throws(() => decode(new Uint8Array(MAX_INCOMING + 1)), /too big/);
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
