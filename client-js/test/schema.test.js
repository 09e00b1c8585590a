import assert from "node:assert/strict";
import { test } from "node:test";
import { WireError } from "../src/guard.js";
import { dequantize, parseSchema, quantize } from "../src/schema.js";

/** @param {any[]} field */
const one = (...field) => parseSchema([["t", [field]]], []).tables[0].fields[0];

test("every kind's value is the formula of the protocol", () => {
  assert.equal(dequantize(one("f", 0), 1), true);
  assert.equal(dequantize(one("f", 1, -9, 9), -4), -4);
  assert.equal(dequantize(one("f", 2, -1000, 0.01, 0, 200000), 123456), -1000 + 123456 * 0.01);
  assert.equal(dequantize(one("f", 3, 10), 256), Math.PI / 2);
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
  assert.equal(one("f", 1, 0, 5, "later").max, 5);
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
  "an unknown kind": [[["t", [["f", 6]]]], []],
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
