import assert from "node:assert/strict";
import { test } from "node:test";
import * as msgpack from "@msgpack/msgpack";
import { decode } from "../src/decode.js";
import { encode } from "../src/encode.js";
import { MAX_DEPTH, WireError } from "../src/wire.js";
import { seeded } from "./support/clock.js";

// A second opinion on the codec: the msgpack library that it took the place of.

const options = { ignoreUndefined: true };

/** Makes small frames of everything the wire carries. @param {number} seed */
function framesOf(seed) {
  const random = seeded(seed);
  const below = (/** @type {number} */ n) => Math.floor(random() * n);
  /** @template T @param {T[]} list @returns {T} */
  const oneOf = (list) => list[below(list.length)];
  const size = () => oneOf([0, 1, 2, 3, 15, 16, 31, 32, 33]);
  const integer = () => {
    const edge = 2 ** oneOf([0, 4, 5, 7, 8, 15, 16, 31, 32, 33, 52]);
    return oneOf([1, -1]) * (edge - 1 + below(3)) || 0;
  };
  const double = () => oneOf([0.5, -1e300, 5e-324, 2 ** 60, NaN, Infinity, -Infinity, random()]);
  const text = () => oneOf(["a", "ab\0", "é", "\u2028x", "😀"]).repeat(size());
  const binary = () => Uint8Array.from({ length: size() }, () => below(256));
  const leaves = [integer, integer, double, text, binary, () => oneOf([null, true, false])];
  /** @param {number} depth @returns {any} */
  const value = (depth) => {
    if (depth > MAX_DEPTH || random() < 0.6) return oneOf(leaves)();
    const list = Array.from({ length: below(depth > 2 ? 3 : 18) }, () => value(depth + 1));
    if (random() < 0.5) return list;
    return Object.fromEntries(
      list.map((v, i) => [`${oneOf(["k", "é", "a longer key than that "])}${i}`, v]),
    );
  };
  return () => [below(128), value(2), value(2)];
}

test("frames are written byte for byte as msgpack writes them, and read as it reads them", () => {
  const next = framesOf(1);
  for (let round = 0; round < 2000; round++) {
    const frame = next();
    const bytes = encode(frame);
    assert.equal(Buffer.compare(bytes, msgpack.encode(frame, options)), 0);
    assert.deepEqual(decode(bytes), frame);
    assert.deepEqual(msgpack.decode(bytes), frame);
  }
});

test("sizes at which the form of a length changes are written and read as by msgpack", () => {
  for (const n of [15, 16, 31, 32, 255, 256, 65535, 65536]) {
    const pairs = Array.from({ length: n }, (_, i) => [`k${i}`, i]);
    for (const v of ["a".repeat(n), new Uint8Array(n), pairs.flat(), Object.fromEntries(pairs)]) {
      const bytes = encode([5, v]);
      assert.equal(Buffer.compare(bytes, msgpack.encode([5, v])), 0);
      assert.deepEqual(decode(bytes), [5, v]);
    }
  }
});

test("float32 and every width of an integer, shortest or not, are read as msgpack reads them", () => {
  const random = seeded(2);
  const heads = [0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3];
  const widths = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];
  for (let round = 0; round < 5000; round++) {
    const i = round % heads.length;
    const digits = Array.from({ length: widths[i] }, () => Math.floor(random() * 256));
    // Within 2^53, mostly.
    if (heads[i] === 0xcf) digits.splice(0, 2, 0, digits[1] & 0x1f);
    if (heads[i] === 0xd3) digits.splice(0, 2, 0xff, digits[1] | 0xe0);
    const message = Uint8Array.from([0x92, 5, heads[i], ...digits]);
    assert.deepEqual(decode(message), msgpack.decode(message));
  }
});

test("whatever the bytes, they are refused or read as msgpack reads them", () => {
  const next = framesOf(3);
  const random = seeded(4);
  const below = (/** @type {number} */ n) => Math.floor(random() * n);
  let read = 0;
  let refused = 0;
  while (read + refused < 20_000) {
    const good = encode(next());
    for (let copies = 0; copies < 10; copies++) {
      const message = good.slice(0, good.length - below(1.2));
      for (let n = 1 + below(3); n > 0; n--) message[below(message.length)] = below(256);
      let value;
      try {
        value = decode(message);
      } catch (error) {
        assert.ok(error instanceof WireError, `${error} for ${message}`);
        refused++;
        continue;
      }
      assert.deepEqual(value, msgpack.decode(message));
      read++;
    }
  }
  assert.ok(read > 1000 && refused > 1000, `${read} read, ${refused} refused`);
});

test("a frame that is cut off anywhere is refused", () => {
  const frame = [
    5,
    300,
    -70000,
    1.5,
    "é".repeat(20),
    new Uint8Array(3),
    { a: [true, 2 ** 40] },
    [],
  ];
  const whole = encode(frame);
  assert.deepEqual(decode(whole), frame);
  for (let n = 0; n < whole.length; n++) {
    assert.throws(() => decode(whole.subarray(0, n)), WireError, `${n} bytes`);
  }
});
