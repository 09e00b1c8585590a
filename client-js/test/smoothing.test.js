import assert from "node:assert/strict";
import { test } from "node:test";
import * as FieldKind from "../src/fieldkinds.js";
import { parseSchema } from "../src/schema.js";
import { Smoothing } from "../src/smoothing.js";
import { turnBetween, turnedBy } from "../src/turning.js";
import { seeded } from "./support/clock.js";

const { fields } = parseSchema(
  [
    [
      "bodies",
      [
        ["spin", FieldKind.QUAT, 10],
        ["aim", FieldKind.UNIT, 15],
        ["x", FieldKind.FIXED, 0, 0.1, 0, 1000],
      ],
    ],
  ],
  [],
).tables[0];

/** @param {() => number} random @param {number} size */
function unit(random, size) {
  const v = Array.from({ length: size }, () => random() - 0.5);
  const length = Math.hypot(...v);
  return v.map((c) => c / length);
}

/** The angle between two, in radians. @param {number} kind @param {number[]} a @param {number[]} b */
const apart = (kind, a, b) => Math.hypot(...turnBetween(kind, a, b));

/** Of z, by an angle. @param {number} angle */
const about = (angle) => [0, 0, Math.sin(angle / 2), Math.cos(angle / 2)];

for (const [name, kind, size] of /** @type {[string, number, number][]} */ ([
  ["rotation", FieldKind.QUAT, 4],
  ["direction", FieldKind.UNIT, 3],
])) {
  test(`a ${name} turned by the turn to another is that one, and half-way at half of it`, () => {
    const random = seeded(5);
    for (let i = 0; i < 200; i++) {
      const [a, b] = [unit(random, size), unit(random, size)];
      const turn = turnBetween(kind, a, b);
      assert.ok(Math.hypot(...turn) <= Math.PI + 1e-9, "the short way round");
      assert.ok(apart(kind, turnedBy(kind, a, turn, 1), b) < 1e-6);
      const half = turnedBy(kind, a, turn, 0.5);
      assert.ok(Math.abs(Math.hypot(...half) - 1) < 1e-9);
      assert.ok(Math.abs(apart(kind, a, half) - Math.hypot(...turn) / 2) < 1e-6);
    }
  });
}

test("opposite directions have a turn between them, of half a turn; what is alike has none", () => {
  for (const v of [
    [0, 0, 1],
    [1, 0, 0],
    [0, -1, 0],
  ]) {
    const back = v.map((c) => -c + 0);
    assert.ok(
      apart(FieldKind.UNIT, turnedBy(FieldKind.UNIT, v, turnBetween(7, v, back), 1), back) < 1e-6,
    );
    assert.deepEqual(turnBetween(FieldKind.UNIT, v, v), [0, 0, 0]);
  }
  assert.ok(apart(FieldKind.QUAT, [0, 0, 0, 1], [0, 0, 0, -1]) < 1e-9);
});

test("a rotation and a direction that are corrected go on from what was shown, evenly, and arrive", () => {
  const smoothing = new Smoothing(fields, 80, undefined);
  assert.deepEqual(smoothing.fields, [0, 1, 2]);
  const shown = (/** @type {number} */ i, /** @type {any} */ raw, /** @type {number} */ now) =>
    /** @type {number[]} */ (smoothing.shown(i, raw, now));
  smoothing.hold([about(0), [1, 0, 0], 5]);
  const [spin, aim] = [about(1), [0, 1, 0]];
  smoothing.settle([spin, aim, 5], 1000);
  for (let ms = 0; ms <= 80; ms += 8) {
    assert.ok(
      Math.abs(apart(FieldKind.QUAT, about(0), shown(0, spin, 1000 + ms)) - ms / 80) < 1e-6,
    );
    const turned = apart(FieldKind.UNIT, [1, 0, 0], shown(1, aim, 1000 + ms));
    assert.ok(Math.abs(turned - ((Math.PI / 2) * ms) / 80) < 1e-6);
  }
  assert.equal(shown(0, spin, 1080), spin);
  assert.equal(smoothing.distance(1000), 0, "a turn is no distance");
});

test("corrections in the middle of another do not make a rotation jump", () => {
  const random = seeded(9);
  const smoothing = new Smoothing(fields, 80, undefined);
  let spin = unit(random, 4);
  smoothing.hold([spin, [1, 0, 0], 0]);
  smoothing.settle([spin, [1, 0, 0], 0], 0);
  for (let now = 10; now < 2000; now += 30) {
    const before = /** @type {number[]} */ (smoothing.shown(0, spin, now));
    smoothing.hold([spin, [1, 0, 0], 0]);
    spin = unit(random, 4);
    smoothing.settle([spin, [1, 0, 0], 0], now);
    const after = /** @type {number[]} */ (smoothing.shown(0, spin, now));
    assert.ok(apart(FieldKind.QUAT, before, after) < 1e-6);
  }
});

test("another place is shown at once, turned as it is", () => {
  const smoothing = new Smoothing(fields, 80, 10);
  smoothing.hold([about(0), [1, 0, 0], 5]);
  smoothing.settle([about(1), [0, 1, 0], 50], 1000);
  assert.deepEqual(smoothing.shown(0, about(1), 1000), about(1));
});
