import assert from "node:assert/strict";
import { test } from "node:test";
import { Delay } from "../src/delay.js";
import { Interpolator } from "../src/interpolate.js";
import { applyDelta, applyKeyframe } from "../src/mp.js";
import { parseSchema } from "../src/schema.js";
import { World } from "../src/world.js";
import { seeded } from "./support/clock.js";

const TICK = 1000 / 60;
const STEP = 0.01;
/** Position that goes by its rate, in units a second; x at 0, v at 0 are quanta 0. */
const rated = [
  ["x", 2, 0, STEP, -100000, 100000, 2, Math.round((65536 * 1) / 60 / STEP)],
  ["v", 2, 0, 1, -5000, 5000],
];
const unrated = rated.map((f) => f.slice(0, 6));

/** One row that a script moves, a view 100 ms behind, and a frame every 60th of a second at an uneven phase. */
function filmed(fields = unrated, snap = {}) {
  const delay = new Delay();
  delay.fix(100);
  const world = new World(parseSchema([["ships", fields]], []));
  const view = new Interpolator(world, 60, delay, snap);
  applyKeyframe(world, [[0, [], [], [7, 0, 0]]], null);
  view.capture(1, TICK);
  let tick = 1;
  const sent = [0, 0];
  /** @type {{at: number, x: number}[]} the tick that is meant to be shown, and what is */
  const frames = [];
  return {
    frames,
    /**
     * A tick passes.
     * @param {{x: number, v?: number} | null} row as it is sent; null: it is not
     * @param {{lost?: boolean}} [is] whether there is no snapshot at all
     */
    tick(row, { lost = false } = {}) {
      tick++;
      if (row !== null) {
        const to = [Math.round(row.x / STEP), row.v ?? 0];
        applyDelta(world, [[0, [], [7, 3, to[0] - sent[0], to[1] - sent[1]], []]], null);
        [sent[0], sent[1]] = to;
      }
      if (!lost) view.capture(tick, tick * TICK);
      const now = (tick + 0.3) * TICK;
      frames.push({ at: now / TICK - 6, x: Number(view.view(now).ships[0].x) });
    },
    get now() {
      return tick;
    },
  };
}

/** @param {{x: number}[]} frames */
const steps = (frames) => frames.slice(1).map((f, i) => f.x - frames[i].x);

for (const k of [1, 2, 3, 5, 6]) {
  test(`a row that is sent every ${k} ticks moves evenly`, () => {
    const it = filmed();
    for (let i = 0; i < 300; i++) it.tick((it.now + 1) % k === 0 ? { x: (it.now + 1) * 2 } : null);
    for (const { at, x } of it.frames.slice(100)) assert.ok(Math.abs(x - at * 2) < 0.02, `${x}`);
  });
}

test("a row that waits longer than the view is behind stands, and never jumps", () => {
  const it = filmed();
  for (let i = 0; i < 400; i++) it.tick((it.now + 1) % 15 === 0 ? { x: (it.now + 1) * 2 } : null);
  // 30 units in the six ticks between their coming and their tick, instead of in one.
  for (const by of steps(it.frames.slice(100))) assert.ok(by >= 0 && by < 30 / 5, `${by}`);
});

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`rows that wait 1 to 6 ticks, seed ${seed}: monotone, between what was sent, never more than the wait's way in a frame`, () => {
    const random = seeded(seed);
    const it = filmed();
    let x = 0;
    let due = 0;
    const way = [{ tick: 1, x: 0 }];
    for (let i = 0; i < 600; i++) {
      x += 1 + random();
      if (it.now + 1 >= due) {
        due = it.now + 2 + Math.floor(random() * 6);
        way.push({ tick: it.now + 1, x });
        it.tick({ x });
      } else it.tick(null);
    }
    for (const by of steps(it.frames)) assert.ok(by >= 0 && by < 9, `${by}`);
    for (const { at, x } of it.frames) {
      const before = way.filter((p) => p.tick <= at).at(-1) ?? way[0];
      const after = way.find((p) => p.tick > at) ?? before;
      assert.ok(x >= before.x - 0.01 && x <= after.x + 0.01, `${x} in ${at}`);
    }
  });
}

for (const [table, snap, jumps] of /** @type {[string, any, boolean][]} */ ([
  ["a default", {}, false],
  ["its own", { ships: 100 }, true],
  ["its own", { ships: 500 }, false],
])) {
  test(`another place 200 away, with ${table} threshold ${JSON.stringify(snap)}: ${jumps ? "it is never between" : "it is on its way"}`, () => {
    const it = filmed(unrated, snap);
    for (let i = 0; i < 20; i++) it.tick({ x: i });
    for (let i = 0; i < 4; i++) it.tick(null);
    for (let i = 0; i < 20; i++) it.tick({ x: 219 + i });
    const between = it.frames.filter(({ x }) => x > 19.5 && x < 218.5);
    assert.equal(between.length === 0, jumps, `${between.map((f) => f.x)}`);
  });
}

test("a jump of more than an eighth of the range is another place without being told", () => {
  const it = filmed();
  for (let i = 0; i < 20; i++) it.tick({ x: i });
  for (let i = 0; i < 20; i++) it.tick({ x: 400 + i });
  assert.ok(it.frames.every(({ x }) => x <= 20 || x >= 400));
  assert.ok(
    Math.abs(Number(it.frames.at(-1)?.x) - (Number(it.frames.at(-1)?.at) - 22 + 400)) < 0.1,
  );
});

for (const fields of [rated, unrated]) {
  const how = fields === rated ? "by its rate" : "as it went";
  test(`while snapshots are wanting a row goes on ${how} for 100 ms, and comes back without a jump`, () => {
    const it = filmed(fields);
    const row = () => ({ x: it.now * 2, v: 120 });
    for (let i = 0; i < 60; i++) it.tick(row());
    const known = it.now;
    for (let i = 0; i < 30; i++) it.tick(row(), { lost: true });
    const stall = it.frames.slice(-30);
    assert.ok(Math.max(...stall.map(({ x }) => x)) < (known + 6) * 2, "no farther than that");
    assert.ok(Math.max(...stall.map(({ x }) => x)) > (known + 4) * 2);
    for (let i = 0; i < 60; i++) it.tick(row());
    // Off by 18 ticks' way when snapshots come again, which is walked off within 50 ms.
    for (const by of steps(it.frames)) assert.ok(by >= -0.1 && by < 36 / 2.5, `${by}`);
    const last = /** @type {{at: number, x: number}} */ (it.frames.at(-1));
    assert.ok(Math.abs(last.x - (last.at - 1) * 2) < 0.1, `${last.x} in ${last.at}`);
  });
}

test("what was carried on too far is led back, not thrown back", () => {
  const it = filmed();
  for (let i = 0; i < 60; i++) it.tick({ x: it.now * 2 });
  const stood = it.now * 2 - 2;
  for (let i = 0; i < 12; i++) it.tick(null, { lost: true });
  const shown = it.frames.at(-1)?.x ?? 0;
  assert.ok(shown > stood + 5, "it was carried on");
  for (let i = 0; i < 20; i++) it.tick(null);
  for (const by of steps(it.frames)) assert.ok(Math.abs(by) <= 12 / 2.5, `${by}`);
  assert.ok(Math.abs(Number(it.frames.at(-1)?.x) - stood) < 0.01);
});
