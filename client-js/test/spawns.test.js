import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "./support/clock.js";
import { Flight } from "./support/flight.js";

/** Of a shot, units a second; how long the gun needs, and how long a shot flies, in ticks. */
const SPEED = 300;
const PAUSE = 12;
const LIFE = 60;

/** A row of the table "shots" in quanta. @param {number} x @param {number} shot */
const shotQuanta = (x, shot) => [Math.round(x / 0.01), Math.round((SPEED + 900) / 0.01), 1, shot];

/**
 * A craft whose thrust is its trigger, on a server that fires by its own rules, and a page that predicts the shots.
 * @param {any} [is] options of the flight; `ready` whether the server fires in a tick; `options` of predictSpawns; `lag` ticks that shots are ahead
 */
async function gunner({ ready = () => true, options = {}, lag = 0, ...is } = {}) {
  const flight = new Flight({ up: 75, down: 75, step: () => {}, ...is });
  let nextId = 100;
  let serverReady = 0;
  /** @type {Map<number, {x: number, born: number}>} */
  const flying = new Map();
  /** Ticks in which the server fired. @type {number[]} */
  const fired = [];
  flight.serve = (tick, trigger) => {
    for (const [id, shot] of flying) {
      shot.x += SPEED / flight.tickRate;
      if (tick - shot.born >= LIFE) {
        flying.delete(id);
        flight.shots.delete(id);
      } else flight.shots.set(id, shotQuanta(shot.x, shot.born));
    }
    if (!trigger || tick < serverReady || !ready(tick)) return;
    serverReady = tick + PAUSE;
    fired.push(tick);
    const x = 500 + (lag * SPEED) / flight.tickRate;
    flying.set(nextId, { x, born: tick });
    flight.shots.set(nextId++, shotQuanta(x, tick));
  };
  /** @type {any[]} */
  const told = [];
  let pageReady = 0;
  const { room } = flight;
  const shots = await room.predictSpawns({
    table: "shots",
    mine: (row) => row.owner === 1,
    confirmed: (shot) => told.push(["confirmed", shot.id]),
    rolledBack: (shot) => told.push(["rolledBack", shot.id]),
    ...options,
  });
  /** Ticks in which the page fired. @type {number[]} */
  const foretold = [];
  const me = room.predict({
    table: "crafts",
    row: () => 7,
    step: () => {},
    ran: (_row, input, tick) => {
      if (!input.thrust || tick < pageReady) return;
      pageReady = tick + PAUSE;
      foretold.push(tick);
      shots.add({ x: 500, vx: SPEED, owner: 1, shot: tick }, tick);
    },
  });
  /** @type {{now: number, tick: number, foretold: number, shown: {id: number, x: number}[]}[]} */
  const frames = [];
  return {
    flight,
    room,
    me,
    shots,
    told,
    fired,
    foretold,
    frames,
    /** @param {number} ms @param {boolean} trigger */
    play(ms, trigger) {
      flight.pass(ms, (now) => {
        me.advance(now, () => ({ thrust: trigger }));
        room.view(now);
        const shown = shots.view(now).map(({ id, x }) => ({ id, x }));
        frames.push({ now, tick: me._shownAt(now), foretold: foretold.length, shown });
      });
    },
  };
}

test("a shot is shown in the frame of its input, becomes the server's, and is there once all the time", async () => {
  const it = await gunner();
  it.play(2000, false);
  it.frames.length = 0;
  it.play(34, true);
  assert.equal(it.fired.length, 0, "long before the server");
  for (const f of it.frames) assert.equal(f.shown.length, f.foretold, "in the very frame");
  it.play(700, false);
  assert.deepEqual(it.fired, it.foretold);
  assert.deepEqual(it.told, [["confirmed", 100]]);
  const shown = it.frames.slice(it.frames.findIndex((f) => f.shown.length > 0));
  for (const f of shown) assert.equal(f.shown.length, 1);
  // At the nose in its frame, and evenly on from there, before and after the server's row came.
  assert.equal(shown[0].shown[0].x, 500);
  for (const f of shown.slice(2)) {
    const x = 500 + ((f.tick - it.fired[0]) * SPEED) / 60;
    assert.ok(Math.abs(f.shown[0].x - x) < 0.1, `${f.shown[0].x} for ${x}`);
  }
  it.play(1000, false);
  assert.deepEqual(it.frames.at(-1)?.shown, [], "and it ends with the server's");
});

test("what the server does not fire is taken back a round trip and the grace later, and the page is told", async () => {
  const it = await gunner({ ready: () => false });
  it.play(2000, false);
  it.play(17, true);
  const from = it.flight.now;
  it.play(600, false);
  assert.deepEqual(it.told, [["rolledBack", -1]]);
  const last = it.frames.filter((f) => f.shown.length > 0).at(-1);
  const ms = Number(last?.now) - from;
  assert.ok(ms > 150 && ms < 150 + 100 + 60, `${ms}`);
  assert.equal(it.shots.rolledBack, 1);
});

for (const key of [undefined, (/** @type {any} */ row) => row.owner]) {
  test(`a shot that was taken back, and that the server fires after all, is told as that one, once${key ? ", by its key" : ""}`, async () => {
    const again = /** @type {number[]} */ ([]);
    const telling = { again: (/** @type {any} */ shot) => again.push(shot.id), key };
    const it = await gunner({ options: telling });
    it.play(2000, false);
    it.flight.up = () => 475; // the input is held up for longer than the server is waited for
    it.play(17, true);
    it.play(900, false);
    assert.deepEqual(it.told, [["rolledBack", -1]]);
    assert.equal(it.fired.length, 1, "a press that came late counts");
    assert.deepEqual(again, [100]);
    const shown = it.frames.filter((f) => f.shown.length > 0);
    assert.deepEqual([...new Set(shown.map((f) => f.shown[0].id))], [-1, 100]);
    // The next one of the server's is no other's again.
    it.flight.shots.set(200, shotQuanta(500, 1));
    it.play(300, false);
    assert.deepEqual(again, [100]);
  });
}

test("one that comes long after it was taken back is a new one", async () => {
  const again = /** @type {number[]} */ ([]);
  const telling = { again: (/** @type {any} */ shot) => again.push(shot.id) };
  const it = await gunner({ ready: () => false, options: telling });
  it.play(2000, false);
  it.play(17, true);
  it.play(1000, false);
  assert.deepEqual(it.told, [["rolledBack", -1]]);
  it.flight.shots.set(200, shotQuanta(500, 1));
  it.play(300, false);
  assert.deepEqual(again, []);
});

test("of two shots of which the server refuses the first, the second becomes its", async () => {
  let refused = 0;
  const it = await gunner({ ready: () => refused++ > 0 });
  it.play(2000, false);
  // The server, which has refused, may fire in the next tick of the trigger, so that is one tick long.
  it.play(17, true);
  it.play(230, false);
  it.play(17, true);
  it.play(700, false);
  assert.equal(it.foretold.length, 2);
  assert.deepEqual(it.fired, [it.foretold[1]]);
  assert.deepEqual(it.told, [
    ["rolledBack", -1],
    ["confirmed", 100],
  ]);
  assert.ok(it.frames.slice(-30).every((f) => f.shown.length <= 1));
});

test("a key tells shots apart where their order would not", async () => {
  const it = await gunner({
    ready: (/** @type {number} */ tick) => tick !== 0,
    options: { key: (/** @type {any} */ row) => row.shot },
  });
  it.play(2000, false);
  it.play(500, true);
  it.play(500, false);
  assert.deepEqual(it.fired, it.foretold);
  assert.ok(it.fired.length >= 2);
  assert.ok(it.told.every(([what]) => what === "confirmed"));
});

for (const seed of [1, 2, 3, 4]) {
  test(`a trigger held over a line that loses and delays, seed ${seed}: each shot of the server's is shown once, each other taken back`, async () => {
    const random = seeded(seed);
    const delay = () => 40 + random() * 60;
    const it = await gunner({ up: delay, down: delay, ready: () => random() < 0.7 });
    it.play(2000, false);
    for (let i = 0; i < 20; i++) {
      it.play(100 + random() * 300, true);
      it.play(random() * 200, false);
    }
    it.play(600, false);
    const confirmed = it.told.filter(([what]) => what === "confirmed").length;
    assert.equal(
      confirmed + it.told.length - confirmed,
      it.foretold.length,
      "each was decided once",
    );
    assert.equal(new Set(it.told.map(([, id]) => id)).size, it.told.length);
    for (const { shown } of it.frames) {
      const ids = shown.map((s) => s.id);
      assert.equal(new Set(ids).size, ids.length);
      const known = [...it.flight.shots.keys()];
      assert.ok(shown.length <= known.length + 16, "none is left over");
    }
    assert.equal(it.shots.confirmed, confirmed);
    it.play(1500, false);
    assert.deepEqual(it.frames.at(-1)?.shown, []);
  });
}

test("after a lost connection what arrived is there once, and what did not is taken back", async () => {
  const it = await gunner();
  it.play(2000, false);
  it.play(17, true);
  it.play(100, false); // it has reached the server, the answer is on its way
  const arrived = it.fired.length;
  it.play(17, true);
  it.flight.cut(300);
  it.play(400, false);
  assert.equal(arrived, 1);
  assert.equal(it.told.filter(([what]) => what === "confirmed").length, 1);
  for (const { shown } of it.frames) assert.ok(shown.length <= 2);
  assert.equal(it.told.length, it.foretold.length);
  assert.equal(it.frames.at(-1)?.shown.length, 1);
  it.play(1500, false);
  assert.deepEqual(it.frames.at(-1)?.shown, []);
});

test("where the server fires in the past that was seen, a shot meets what is shown, and does not leap ahead", async () => {
  // What the server reckons: the tick of the input less the tick that was seen.
  const it = await gunner({ lag: 16, options: { time: "view" } });
  it.play(2000, false);
  it.play(17, true);
  it.play(900, false);
  const shown = it.frames.filter((f) => f.shown.length > 0);
  const steps = shown.slice(2).map((f, i) => f.shown[0].x - shown[i + 1].shown[0].x);
  for (const by of steps) assert.ok(by > 0 && by < (2.5 * SPEED) / 60, `${steps}`);
  const at = /** @type {any} */ (shown.at(-1));
  const view = Number(it.room.stats.viewTick);
  assert.ok(view < it.room.tick && at.shown[0].id === 100);
});

test("an effect that an event confirms lives as long as it was said to, and one that none does is taken back", async () => {
  const it = await gunner({ ready: () => false, options: { lifeMs: 500 } });
  it.play(2000, false);
  it.play(17, true);
  it.play(100, false);
  it.shots.confirm(-1);
  it.play(300, false);
  assert.equal(it.frames.at(-1)?.shown.length, 1);
  it.play(200, false);
  assert.equal(it.frames.at(-1)?.shown.length, 0);
  assert.deepEqual(it.told, [["confirmed", -1]]);
});

test("no more wait than there is room for, and after an end there is none", async () => {
  const it = await gunner();
  it.play(500, false);
  const tick = it.me.tick;
  const ids = Array.from({ length: 80 }, () =>
    it.shots.add({ x: 1, vx: 0, owner: 1, shot: 0 }, tick),
  );
  assert.equal(ids.filter((id) => id < 0).length, 64);
  it.shots.hide(ids[0]);
  assert.equal(it.shots.view(it.flight.now).length, 63);
  it.shots.stop();
  assert.deepEqual(it.shots.view(it.flight.now), []);
});

test("what cannot work is refused", async () => {
  const { room } = new Flight();
  await assert.rejects(room.predictSpawns({ table: "none", mine: () => true }), TypeError);
  await assert.rejects(room.predictSpawns(/** @type {any} */ ({ table: "shots" })), TypeError);
});

test("where the server's shot is far behind what is shown, it goes on more slowly, and never back", async () => {
  // 467 ms: beyond an eighth of the field, too.
  const it = await gunner({ options: { time: "predicted" }, lag: -28 });
  it.play(2000, false);
  it.frames.length = 0;
  it.play(17, true);
  it.play(1100, false);
  assert.deepEqual(it.told, [["confirmed", 100]]);
  const xs = it.frames.flatMap((f) => f.shown.map((s) => s.x));
  assert.ok(xs.length > 50);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < xs.length; i++) least = Math.min(least, xs[i] - xs[i - 1]);
  assert.ok(least > 0, `${least} in a frame`);
});
