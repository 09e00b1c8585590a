import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { dequantize } from "../src/dequantize.js";
import { quantumOf } from "../src/rounding.js";
import { parseSchema } from "../src/schema.js";
import { seeded } from "./support/clock.js";

const file = new URL("../../protocol/testdata/vectors/quanta.json", import.meta.url);

/** @param {any} v @returns {any} */
const numberOf = (v) =>
  Array.isArray(v) ? v.map(numberOf) : typeof v === "object" ? Number(v.$float) : v;

for (const { field, values, quanta } of JSON.parse(readFileSync(file, "utf8"))) {
  test(`${field[0]}: values are rounded as the server rounds them`, () => {
    const [of] = parseSchema([["t", [field]]], []).tables[0].fields;
    assert.ok(values.length > 10);
    values.forEach((/** @type {any} */ v, /** @type {number} */ i) => {
      assert.equal(quantumOf(of, numberOf(v)), quanta[i], JSON.stringify(v));
    });
  });
}

test("what was rounded stays when it is rounded again", () => {
  const random = seeded(1);
  for (const is of [
    ["b", 0],
    ["i", 1, -500, 500],
    ["x", 2, -1000, 0.01, 0, 200000],
    ["a", 3, 24],
    ["f", 4],
    ["q", 6, 9],
    ["u", 7, 12],
  ]) {
    const [field] = parseSchema([["t", [is]]], []).tables[0].fields;
    for (let n = 0; n < 500; n++) {
      const any = field.min + Math.floor(random() * (field.max - field.min + 1));
      const made = quantumOf(field, dequantize(field, any));
      assert.equal(quantumOf(field, dequantize(field, made)), made, `${is[0]}: ${any}`);
      // Of rotations and directions some bits say the same, and of NaNs there is one.
      if (field.kind < 4) assert.equal(made, any);
    }
  }
});

test("what is not there, or no number, has the quantum that the server gives it", () => {
  const [flag, count] = parseSchema(
    [
      [
        "t",
        [
          ["b", 0],
          ["n", 1, -5, 5],
        ],
      ],
    ],
    [],
  ).tables[0].fields;
  assert.equal(quantumOf(flag, undefined), 0);
  assert.equal(quantumOf(flag, 1), 1);
  assert.equal(quantumOf(count, undefined), -5);
});
