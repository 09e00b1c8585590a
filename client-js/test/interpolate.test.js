import assert from "node:assert/strict";
import { test } from "node:test";
import { Delay } from "../src/delay.js";
import { Interpolator } from "../src/interpolate.js";
import { applyDelta, applyKeyframe } from "../src/mp.js";
import { parseSchema } from "../src/schema.js";
import { World } from "../src/world.js";
import { seeded } from "./support/clock.js";

const TICK = 1000 / 60;
const fields = [
  ["x", 2, -1000, 0.5, 0, 4000],
  ["angle", 3, 8],
  ["heat", 4],
  ["hp", 1, 0, 100],
  ["name", 5, 8],
];

/** A delay of 100 ms. */
function fixed() {
  const delay = new Delay();
  delay.fix(100);
  return delay;
}

/** A world with one row (id 7) at x = 0, seen by an interpolator with a delay of 100 ms, or another. */
function start(delay = fixed()) {
  const world = new World(parseSchema([["ships", fields]], []));
  const view = new Interpolator(world, 60, delay);
  applyKeyframe(world, [[0, [], [], [7, 2000, 0, 0, 50, "Ada"]]], null);
  return {
    world,
    view,
    /** @param {number} tick @param {any[]} changed @param {number} [late] how late it arrives, in ms */
    step(tick, changed, late = 0) {
      applyDelta(world, changed.length > 0 ? [[0, [], changed, []]] : [], null);
      view.capture(tick, tick * TICK + late);
    },
  };
}

test("between two snapshots numbers are between theirs, a delay behind the newest", () => {
  const it = start();
  for (let tick = 1; tick <= 30; tick++) it.step(tick, [7, 0b101, 2, tick]);
  for (const at of [20, 20.25, 20.5, 20.75]) {
    const [row] = it.view.view(at * TICK + 100).ships;
    assert.ok(Math.abs(Number(row.x) - at) < 1e-6, `${row.x} at ${at}`);
  }
});

test("what is not interpolated is the newest", () => {
  const it = start();
  it.step(1, []);
  it.step(2, [7, 0b11000, -20, "Bo"]);
  const [row] = it.view.view(TICK + 100).ships;
  assert.deepEqual([row.hp, row.name, row.id], [30, "Bo", 7]);
});

test("rows and arrays are the same objects from call to call", () => {
  const it = start();
  for (let tick = 1; tick <= 10; tick++) it.step(tick, [7, 1, 2]);
  const first = it.view.view(5 * TICK + 100);
  const [rows, row] = [first.ships, first.ships[0]];
  const second = it.view.view(6 * TICK + 100);
  assert.equal(second, first);
  assert.equal(second.ships, rows);
  assert.equal(second.ships[0], row);
  assert.notEqual(row, it.world.state.tables.ships.get(7), "but never the state's own");
});

test("angles turn the short way round, over the full turn too", () => {
  const it = start();
  it.step(1, [7, 2, 250]);
  it.step(2, [7, 2, -244]);
  const turn = 2 * Math.PI;
  const seen = [0, 0.25, 0.5, 0.75, 1].map(
    (p) => it.view.view((1 + p) * TICK + 100).ships[0].angle,
  );
  const expected = [250, 253, 256, 259, 262].map((q) => ((q / 256) * turn) % turn);
  for (const [i, angle] of seen.entries()) {
    const off = Math.abs(Number(angle) - expected[i]);
    assert.ok(Math.min(off, turn - off) < 1e-9, `${angle} for ${expected[i]}`);
    assert.ok(Number(angle) >= 0 && Number(angle) < turn);
  }
});

/** A world with a rotation and a direction (row 1), and the angle about z and about x that a view shows. */
function turning() {
  const fields = [
    ["spin", 6, 10],
    ["aim", 7, 15],
  ];
  const world = new World(parseSchema([["bodies", fields]], []));
  const view = new Interpolator(world, 60, fixed());
  let tick = 0;
  return {
    world,
    view,
    /** @param {number} spin quantum @param {number} aim quantum */
    step(spin, aim) {
      tick++;
      applyKeyframe(world, [[0, [], [], [1, spin, aim]]], null);
      view.capture(tick, tick * TICK);
    },
    /** @param {number} at tick @returns {{spin: number[], aim: number[]}} */
    at: (at) => /** @type {any} */ (view.view(at * TICK + 100).bodies[0]),
  };
}
const identity = (3 << 30) | (512 << 20) | (512 << 10) | 512;
const halfTurn = (2 << 30) | (512 << 20) | (512 << 10) | 512; // about z
const [up, along, down] = [
  [16384, 16384],
  [32767, 16384],
  [32767, 32767],
].map(([u, v]) => (u << 15) | v);

test("rotations and directions keep their length between two snapshots, and are half-way at the half", () => {
  const it = turning();
  it.step(identity, up);
  it.step(halfTurn, along);
  const near = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const { spin, aim } = it.at(1 + part);
    assert.ok(Math.abs(Math.hypot(...spin) - 1) < 1e-12, `${spin}`);
    assert.ok(Math.abs(Math.hypot(...aim) - 1) < 1e-12, `${aim}`);
    return [...spin, ...aim];
  });
  const half = [0, 0, Math.SQRT1_2, Math.SQRT1_2, Math.SQRT1_2, 0, Math.SQRT1_2];
  for (const [i, c] of half.entries()) assert.ok(Math.abs(near[2][i] - c) < 1e-9, `${near[2]}`);
});

test("a rotation takes the short way, whatever the signs its quantum leaves it with", () => {
  const it = turning();
  // Just under and just over half a turn about z: w is left out and then z, with w's sign turned.
  it.step((2 << 30) | (512 << 20) | (512 << 10) | 520, up);
  it.step((2 << 30) | (512 << 20) | (512 << 10) | 504, up);
  const { spin } = it.at(1.5);
  assert.ok(Math.abs(Math.abs(spin[2]) - 1) < 1e-9, `${spin}`);
});

test("a direction that is turned about at once stands until it does", () => {
  const it = turning();
  it.step(identity, up);
  it.step(identity, down);
  assert.deepEqual(it.at(1.9).aim, [0, 0, 1]);
  assert.deepEqual(it.at(2).aim, [0, 0, -1]);
});

test("a view's arrays of components are its own and reused; the state's are replaced, not written to", () => {
  const it = turning();
  it.step(identity, up);
  it.step(halfTurn, along);
  const first = it.at(1.2).spin;
  const state = it.world.state.tables.bodies.get(1)?.spin;
  assert.equal(it.at(1.7).spin, first);
  assert.notEqual(first, state);
  const before = [.../** @type {number[]} */ (state)];
  it.step(identity, down);
  assert.deepEqual(state, before);
  assert.deepEqual(it.world.state.tables.bodies.get(1)?.spin, [0, 0, 0, 1]);
});

test("what rested does not begin to move before it did", () => {
  const it = start();
  for (let tick = 1; tick <= 20; tick++) it.step(tick, []);
  it.step(21, [7, 1, 100]);
  assert.equal(it.view.view(19.9 * TICK + 100).ships[0].x, 0);
  assert.ok(Math.abs(Number(it.view.view(20.5 * TICK + 100).ships[0].x) - 25) < 1e-6);
});

test("rows appear with their snapshot and stay until the one that removes them", () => {
  const it = start();
  it.step(1, []);
  applyDelta(it.world, [[0, [], [], [3, 2000, 0, 0, 9, "Bo"]]], null);
  it.view.capture(2, 2 * TICK);
  applyDelta(it.world, [[0, [7], [], []]], null);
  it.view.capture(3, 3 * TICK);
  /** @param {number} tick */
  const ids = (tick) => it.view.view(tick * TICK + 100).ships.map((r) => r.id);
  assert.deepEqual(ids(1.9), [7]);
  assert.deepEqual(ids(2), [3, 7]);
  assert.deepEqual(ids(2.9), [3, 7]);
  assert.deepEqual(ids(3), [3]);
});

test("past the newest snapshot what moves goes on for 100 ms as it went, and stands then", () => {
  const it = start();
  it.step(1, [7, 1, 2]);
  it.step(2, [7, 1, 2]);
  const at = (/** @type {number} */ tick) => Number(it.view.view(tick * TICK + 100).ships[0].x);
  for (const tick of [2, 2.5, 4, 7.5]) assert.ok(Math.abs(at(tick) - tick) < 1e-6, `${tick}`);
  for (const tick of [8.5, 20, 500]) assert.ok(Math.abs(at(tick) - 8) < 1e-6, `${at(tick)}`);
});

test("before the first snapshot there is nothing, and after a reset only what came since", () => {
  const world = new World(parseSchema([["ships", fields]], []));
  assert.deepEqual(new Interpolator(world, 60, fixed()).view(0), { ships: [] });
  const it = start();
  for (let tick = 1; tick <= 10; tick++) it.step(tick, [7, 1, 2]);
  it.view.view(10 * TICK);
  it.view.reset();
  assert.deepEqual(it.view.view(11 * TICK).ships, []);
  it.step(100, [7, 1, 2]);
  assert.equal(it.view.view(100 * TICK).ships[0].x, 11);
});

test("whatever the jitter, the shown moment never goes back and positions stay between snapshots", () => {
  const random = seeded(3);
  for (const jitter of [0, 30, 80, 250]) {
    const it = start();
    let tick = 0;
    let arrived = 0;
    let before = -1;
    let worst = 0;
    for (let now = 0; now < 10_000; now += 7 + random() * 10) {
      while (Math.max(arrived, tick * TICK) <= now) {
        it.step(++tick, [7, 1, 2], Math.max(arrived, now) - tick * TICK);
        arrived = tick * TICK + random() * jitter;
      }
      const x = Number(it.view.view(now).ships[0].x);
      assert.ok(x >= before, `${x} after ${before}`);
      assert.ok(x <= tick + 6 + 1e-9, "100 ms beyond the newest snapshot at the most");
      if (before >= 0 && now > 2000 && jitter <= 80) worst = Math.max(worst, x - before);
      before = x;
    }
    assert.ok(
      worst < 3,
      `steps of up to ${worst} ticks in at most 17 ms with ${jitter} ms of jitter`,
    );
  }
});

test("a stall is ridden out, and the view is back at its delay soon after", () => {
  const it = start();
  /** @type {number[]} */
  const seen = [];
  let tick = 0;
  for (let now = 0; now < 6000; now += TICK) {
    const stalled = now > 2000 && now < 2300;
    while (!stalled && (tick + 1) * TICK <= now + 1e-6) {
      it.step(tick + 1, [7, 1, 2], now - (tick + 1) * TICK);
      tick++;
    }
    if (tick > 0) seen.push(Number(it.view.view(now).ships[0].x) - (now - 100) / TICK);
  }
  for (const off of [...seen.slice(20, 110), ...seen.slice(150)])
    assert.ok(Math.abs(off) < 0.5, `${off}`);
});

test("a server clock that slips is followed smoothly", () => {
  const it = start();
  let tick = 0;
  let before = Number.NaN;
  for (let now = 0; now < 12_000; now += TICK) {
    // From 4 s on everything is 100 ms later.
    while ((tick + 1) * TICK + (now > 4000 ? 100 : 0) <= now + 1e-6) {
      tick++;
      it.step(tick, [7, 1, 2], now - tick * TICK);
    }
    if (tick === 0) continue;
    const x = Number(it.view.view(now).ships[0].x);
    if (now > 200) assert.ok(x - before >= 0 && x - before < 1.2, `${x - before} at ${now}`);
    before = x;
  }
  assert.ok(Math.abs(before - (12_000 - 200) / TICK) < 1.5, `${before}`);
});

test("more snapshots than are kept, and rows that come and go for long, hold no more memory", () => {
  const it = start();
  for (let tick = 1; tick <= 500; tick++) {
    const old = tick > 1 ? [7 + tick - 1] : [7];
    applyDelta(it.world, [[0, old, [], [7 + tick, 2000, 0, 0, 1, ""]]], null);
    it.view.capture(tick, tick * TICK);
    assert.ok(it.view.view(tick * TICK).ships.length <= 1);
  }
});

test("a field called id gives way to the entity's", () => {
  const world = new World(parseSchema([["t", [["id", 1, 0, 99]]]], []));
  const view = new Interpolator(world, 60, fixed());
  applyKeyframe(world, [[0, [], [], [5, 42]]], null);
  view.capture(1, 0);
  assert.deepEqual(view.view(0).t, [{ id: 5 }]);
});
