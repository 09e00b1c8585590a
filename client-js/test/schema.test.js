import assert from "node:assert/strict";
import { test } from "node:test";
import { dequantize } from "../src/dequantize.js";
import { quantize, zeroOf } from "../src/quantize.js";
import { parseSchema } from "../src/schema.js";
import { WireError } from "../src/wire.js";
import { seeded } from "./support/clock.js";

/** @param {any[]} field */
const one = (...field) => parseSchema([["t", [field]]], []).tables[0].fields[0];

test("every kind's value is the formula of the protocol", () => {
  assert.equal(dequantize(one("f", 0), 1), true);
  assert.equal(dequantize(one("f", 1, -9, 9), -4), -4);
  assert.equal(dequantize(one("f", 2, -1000, 0.01, 0, 200000), 123456), -1000 + 123456 * 0.01);
  assert.equal(dequantize(one("f", 3, 10), 256), Math.PI / 2);
});

test("rotations and directions hold the axes exactly, and any bits make a vector of length 1", () => {
  const spin = one("f", 6, 9);
  assert.deepEqual(dequantize(spin, (3 << 27) | (256 << 18) | (256 << 9) | 256), [0, 0, 0, 1]);
  assert.deepEqual([spin.min, spin.max], [0, 2 ** 29 - 1]);
  const fine = one("f", 6, 10);
  assert.deepEqual([fine.min, fine.max], [-(2 ** 31), 2 ** 31 - 1]);
  const aim = one("f", 7, 12);
  assert.deepEqual(dequantize(aim, (2048 << 12) | 4095), [0, 1, 0]);
  assert.deepEqual(dequantize(aim, 0xffffff), [0, 0, -1]);
  const random = seeded(5);
  for (let n = 0; n < 2000; n++) {
    for (const field of [spin, fine, one("f", 6, 2), aim, one("f", 7, 2), one("f", 7, 15)]) {
      const q = field.min + Math.floor(random() * (field.max - field.min + 1));
      const v = /** @type {number[]} */ (dequantize(field, q));
      assert.ok(Math.abs(Math.hypot(...v) - 1) < 1e-12, `${q}: ${v}`);
    }
  }
});

test("a rate names its field and is counted from the quantum of zero", () => {
  const [x, v, a] = parseSchema(
    [
      [
        "t",
        [
          ["x", 2, 0, 0.01, 0, 9, 2, 54613],
          ["v", 2, -600, 0.5, 0, 2400],
          ["a", 3, 10, 2, -5],
        ],
      ],
    ],
    [],
  ).tables[0].fields;
  assert.deepEqual([x.rate, x.perTick, v.rate, a.rate, a.perTick], [1, 54613, -1, 1, -5]);
  assert.equal(zeroOf(v), 1200);
  assert.equal(zeroOf(one("f", 2, 2.5, 1, 0, 9)), -2);
  assert.equal(zeroOf(one("f", 2, -1e300, 1e-300, 0, 9)), 2 ** 31 - 1);
  assert.equal(zeroOf(one("f", 1, 5, 9)), 0);
});

test("a value becomes its nearest quantum, within the range", () => {
  const fixed = one("f", 2, -10, 0.5, 0, 40);
  assert.equal(quantize(fixed, 1.3), 23);
  assert.equal(quantize(fixed, 99), 40);
  assert.equal(quantize(fixed, Number.NEGATIVE_INFINITY), 0);
  assert.equal(quantize(one("f", 1, -1, 1), -0.4), 0);
  assert.equal(quantize(one("f", 0), true), 1);
  assert.equal(quantize(one("f", 0), 0.25), 1);
});

test("angles wrap, also the half quantum under a full turn", () => {
  const angle = one("f", 3, 8);
  assert.equal(quantize(angle, -Math.PI / 2), 192);
  assert.equal(quantize(angle, 5 * Math.PI), 128);
  assert.equal(quantize(angle, 2 * Math.PI - 0.001), 0);
  assert.equal(quantize(angle, Number.POSITIVE_INFINITY), 0);
});

test("what is no number is neutral: zero, or the nearest the range allows", () => {
  for (const nothing of [undefined, null, Number.NaN, "fast", {}]) {
    assert.equal(quantize(one("f", 1, -5, 5), nothing), 0);
    assert.equal(quantize(one("f", 1, 3, 5), nothing), 3);
    assert.equal(quantize(one("f", 2, -10, 0.5, 0, 40), nothing), 20);
    assert.equal(quantize(one("f", 0), nothing), 0);
  }
});

test("quantum and value are inverse over a field's whole range", () => {
  for (const field of [one("f", 2, -3.7, 0.013, -50, 500), one("f", 3, 9), one("f", 1, -7, 7)]) {
    for (let q = field.min; q <= field.max; q++) {
      assert.equal(quantize(field, dequantize(field, q)), q);
    }
  }
});

test("unknown parameters behind the known ones are ignored", () => {
  assert.equal(one("f", 1, 0, 5, 0, 0, "later").max, 5);
  assert.equal(one("f", 5, 7, "later").maxBytes, 7);
});

const broken = {
  "too many tables": [Array.from({ length: 33 }, (_, i) => [`t${i}`, []]), []],
  "too many fields": [[["t", Array.from({ length: 33 }, (_, i) => [`f${i}`, 0])]], []],
  "too many inputs": [[], Array.from({ length: 17 }, (_, i) => [`f${i}`, 0])],
  "a table without fields": [[["t"]], []],
  "a table that is no array": [["t"], []],
  "a name twice": [
    [
      [
        "t",
        [
          ["f", 0],
          ["f", 0],
        ],
      ],
    ],
    [],
  ],
  "a table twice": [
    [
      ["t", []],
      ["t", []],
    ],
    [],
  ],
  "a name of a prototype": [[["__proto__", []]], []],
  "a field name of a prototype": [[["t", [["constructor", 0]]]], []],
  "an empty name": [[["", []]], []],
  "an unknown kind": [[["t", [["f", 8]]]], []],
  "a rotation as input": [[], [["f", 6, 9]]],
  "an input with a rate": [
    [],
    [
      ["f", 1, 0, 9, 2, 65536],
      ["v", 1, 0, 9],
    ],
  ],
  "a rotation of 11 bits": [[["t", [["f", 6, 11]]]], []],
  "a direction of 16 bits": [[["t", [["f", 7, 16]]]], []],
  "a string as input": [[], [["f", 5, 10]]],
  "a float as input": [[], [["f", 4]]],
  "a range upside down": [[["t", [["f", 1, 5, 4]]]], []],
  "a range beyond 32 bits": [[["t", [["f", 1, 0, 2 ** 31]]]], []],
  "a step of zero": [[["t", [["f", 2, 0, 0, 0, 1]]]], []],
  "a step that is not a number": [[["t", [["f", 2, 0, Number.NaN, 0, 1]]]], []],
  "an angle of 25 bits": [[["t", [["f", 3, 25]]]], []],
  "a string without a length": [[["t", [["f", 5]]]], []],
};
for (const [name, [tables, inputs]] of Object.entries(broken)) {
  test(`refused: ${name}`, () => {
    assert.throws(() => parseSchema(tables, inputs), WireError);
  });
}
