import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "./support/clock.js";
import { craftInputs, craftTables, Flight, fly, quanta } from "./support/flight.js";
import { harness } from "./support/harness.js";

/** @typedef {import("../src/predictor.js").Predictor} Predictor */

/** A player who flies: an input that changes now and then, by the clock. @param {number} seed */
function pilot(seed, every = 400) {
  const random = seeded(seed);
  let until = 0;
  let input = { turn: 0, thrust: false };
  return (/** @type {number} */ now) => {
    if (now >= until) {
      until = now + every * (0.5 + random());
      input = { turn: Math.floor(random() * 3) - 1, thrust: random() < 0.6 };
    }
    return input;
  };
}

/**
 * @param {Flight} flight @param {any} [is]
 * @returns {Predictor & {foretold: Map<number, number[]>}} the row of each tick as it was predicted when the tick was the newest
 */
function predicted(flight, is = {}) {
  const foretold = new Map();
  const fleet = () => flight.room.state.tables.crafts;
  const { step = fly, ...rest } = is;
  const me = flight.room.predict({
    table: "crafts",
    row: () => [...fleet().keys()][0],
    step: (row, input, dt) => {
      step(row, input, dt);
      foretold.set(me.tick, quanta(row));
    },
    ...rest,
  });
  return Object.assign(me, { foretold });
}

/** @param {Flight} flight @param {ReturnType<typeof predicted>} me @param {number} from @param {number} [to] ticks */
function sameTicks(flight, me, from, to = flight.room.tick) {
  for (let tick = from; tick <= to; tick++) {
    assert.deepEqual(me.foretold.get(tick), flight.history.get(tick), `tick ${tick}`);
  }
  return to - from;
}

/**
 * Flies for a time and notes what is shown at every frame.
 * @param {Flight} flight @param {Predictor} me @param {(now: number) => any} sample @param {number} ms
 */
function flown(flight, me, sample, ms) {
  /** @type {{now: number, x: number, y: number, heading: number, tick: number}[]} */
  const frames = [];
  flight.pass(ms, (now) => {
    me.advance(now, () => sample(now));
    const row = /** @type {any} */ (me.view(now));
    if (row) frames.push({ now, x: row.x, y: row.y, heading: row.heading, tick: me.tick });
  });
  return frames;
}

/** Greatest distance between what two frames in a row show, in units. @param {ReturnType<typeof flown>} frames */
const leap = (frames) =>
  Math.max(...frames.slice(1).map((f, i) => Math.hypot(f.x - frames[i].x, f.y - frames[i].y)));

for (const rtt of [0, 30, 150, 300]) {
  for (const tickRate of [20, 60]) {
    test(`${rtt} ms of round trip at ${tickRate} Hz: a right step is never corrected, and is the server's row in every tick`, () => {
      const flight = new Flight({ tickRate, up: rtt / 2, down: rtt / 2 });
      const me = predicted(flight);
      const sample = pilot(rtt + tickRate);
      flown(flight, me, sample, 3000);
      const { starved } = flight;
      const { mispredictions, resims, inputTick } = flight.room.stats;
      flown(flight, me, sample, 5000);
      assert.equal(flight.starved, starved, "every input was in time");
      assert.equal(flight.room.stats.mispredictions, mispredictions);
      assert.equal(flight.room.stats.resims, resims);
      assert.ok(sameTicks(flight, me, inputTick) > 4 * tickRate);
    });
  }
}

test("what is shown leads the newest snapshot by the round trip", () => {
  const flight = new Flight({ up: 75, down: 75 });
  const me = predicted(flight);
  flown(flight, me, () => ({}), 2000);
  flown(flight, me, () => ({ thrust: true }), 1000);
  const ahead = me.tick - flight.room.tick;
  assert.ok(ahead >= 9 && ahead <= 13, `${ahead} ticks`);
  const shown = /** @type {any} */ (me.view(flight.now));
  const known = /** @type {any} */ (flight.room.state.tables.crafts.get(7));
  assert.ok(shown.x > known.x + 5, `${shown.x} and ${known.x}`);
});

test("an input is seen in the very next frame, and the frames after go on evenly", () => {
  const flight = new Flight({ up: 100, down: 100 });
  const me = predicted(flight);
  const still = flown(flight, me, () => ({}), 2000).at(-1);
  const moving = flown(flight, me, () => ({ turn: 1 }), 300);
  const turned = moving.findIndex((f) => f.heading !== still?.heading);
  // The tick it is for, and the one behind which is shown.
  assert.ok(turned >= 0 && turned <= 2, `after ${turned} frames`);
  const turns = moving.slice(turned + 2).map((f, i) => f.heading - moving[turned + 1 + i].heading);
  for (const by of turns) assert.ok(by > 0.02 && by < 0.08, `${turns}`);
});

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`jitter, seed ${seed}: only a late input makes a right step wrong, and each is put right`, () => {
    const random = seeded(seed);
    const base = 20 + random() * 80;
    const jitter = random() * 40;
    const delay = () => base + random() * jitter;
    const flight = new Flight({ up: delay, down: delay });
    const me = predicted(flight);
    flown(flight, me, pilot(seed + 100), 20_000);
    const { mispredictions } = flight.room.stats;
    assert.ok(mispredictions <= flight.starved, `${mispredictions}, ${flight.starved} starved`);
    assert.ok(flight.starved < 200, "the link was good enough to say something");
    // Where an input is missing the one before stands, so once it is the same all the time nothing is wrong any more.
    flown(flight, me, () => ({ thrust: true, turn: 1 }), 2000);
    const from = flight.room.tick;
    flown(flight, me, () => ({ thrust: true, turn: 1 }), 2000);
    assert.ok(sameTicks(flight, me, from) > 60);
  });
}

/** How far a frame may move what is shown, in units: as fast as it flies, and the error's share of one frame. @param {number} error */
const mayLeap = (error) => (400 * 17.5) / 1000 + (error * 17.5) / 80;

for (const seed of [21, 22, 23]) {
  test(`a wrong step and a world that pushes, seed ${seed}: what is shown never jumps by more than the smoothing allows`, () => {
    const random = seeded(seed);
    const flight = new Flight({ up: 40, down: 60 });
    const me = predicted(flight, {
      step: (/** @type {any} */ row, /** @type {any} */ input, /** @type {number} */ dt) => {
        fly(row, input, dt);
        row.vx *= 0.98;
        row.heading += 0.002;
      },
    });
    const sample = pilot(seed);
    flown(flight, me, sample, 1000);
    /** @type {ReturnType<typeof flown>} */
    const frames = [];
    for (let i = 0; i < 20; i++) {
      const { x, y } = flight.row();
      flight.push({
        x: x + (x < 500 ? 60 : -60) * random(),
        y: y + (y < 500 ? 60 : -60) * random(),
      });
      frames.push(...flown(flight, me, sample, 300));
    }
    assert.ok(leap(frames) <= mayLeap(60 * Math.SQRT2 + 10), `${leap(frames)}`);
    assert.ok(flight.room.stats.mispredictions > 100);
    assert.ok(flight.room.stats.resims >= flight.room.stats.mispredictions);
  });
}

test("a push is walked off over smoothMs, evenly, and then it is where the server has it", () => {
  const shown = (/** @type {number} */ smoothMs) => {
    const flight = new Flight({ up: 50, down: 50 });
    const me = predicted(flight, { smoothMs });
    flown(flight, me, () => ({}), 2000);
    flight.push({ x: 540 });
    return flown(flight, me, () => ({}), 400);
  };
  const steps = (/** @type {any[]} */ frames) =>
    frames
      .slice(1)
      .map((f, i) => f.x - frames[i].x)
      .filter((by) => by !== 0);
  assert.deepEqual(steps(shown(0)), [40]);
  const walked = steps(shown(80));
  assert.ok(walked.length >= 5 && walked.length <= 6, `${walked}`);
  for (const by of walked) assert.ok(by > 0 && by < 9, `${walked}`);
  assert.ok(steps(shown(200)).length >= 12);
  for (const ms of [0, 80, 200]) assert.equal(shown(ms).at(-1)?.x, 540);
});

test("an angle is walked off the short way round", () => {
  const flight = new Flight({ up: 50, down: 50 });
  flight.push({ heading: 0.1 });
  const me = predicted(flight);
  flown(flight, me, () => ({}), 2000);
  flight.push({ heading: 2 * Math.PI - 0.1 });
  const headings = flown(flight, me, () => ({}), 400).map((f) => f.heading);
  for (const h of headings) assert.ok(h < 0.11 || h > 6.1, `${headings}`);
  assert.ok(
    headings.some((h) => h > 0.01 && h < 0.09),
    "it took its time",
  );
});

test("a respawn elsewhere is shown at once, or from where the game says", () => {
  const steps = (/** @type {any} */ is) => {
    const flight = new Flight({ up: 50, down: 50 });
    const me = predicted(flight, is);
    flown(flight, me, () => ({}), 2000);
    flight.push({ x: 700, y: 510 });
    const frames = flown(flight, me, () => ({}), 400);
    return frames.slice(1).filter((f, i) => f.x !== frames[i].x).length;
  };
  assert.equal(steps({}), 1);
  assert.ok(steps({ snap: 300 }) > 3);
  assert.equal(steps({ snap: 20 }), 1);
});

test("what the step never changes is taken from the server, and makes no misprediction", () => {
  const flight = new Flight({ up: 50, down: 50 });
  const me = predicted(flight);
  flown(flight, me, () => ({ turn: 1 }), 2000);
  const { mispredictions, resims } = flight.room.stats;
  flight.push({ hp: 40 });
  flown(flight, me, () => ({ turn: 1 }), 500);
  assert.equal(me.view(flight.now)?.hp, 40);
  assert.equal(me.view(flight.now)?.name, "Ada");
  assert.equal(flight.room.stats.mispredictions, mispredictions);
  assert.ok(flight.room.stats.resims > resims, "the step may have read it");
});

test("a craft that is gone is not shown, and one that comes back is shown where it is", () => {
  const flight = new Flight({ up: 50, down: 50 });
  const me = predicted(flight);
  const sample = pilot(3);
  flown(flight, me, sample, 2000);
  const before = flight.craft;
  flight.craft = null;
  flown(flight, me, sample, 1000);
  assert.equal(me.view(flight.now), null);
  assert.equal(me.id, 0);
  const sent = flight.room.stats.inputTick;
  flown(flight, me, () => ({}), 500);
  assert.ok(flight.room.stats.inputTick > sent, "inputs go on");
  const { mispredictions } = flight.room.stats;
  flight.craft = before;
  flight.id = 8;
  flight.push({ x: 540, y: 500, vx: 0, vy: 0 });
  const frames = flown(flight, me, () => ({}), 1000);
  assert.equal(me.view(flight.now)?.id, 8);
  for (const f of frames) assert.ok(Math.abs(f.x - 540) < 0.02, `${f.x}`);
  assert.equal(flight.room.stats.mispredictions, mispredictions);
});

test("after a lost socket the row is the keyframe's, inputs of before are forgotten, and ticks are right again", () => {
  const flight = new Flight({ up: 50, down: 50 });
  const me = predicted(flight);
  const sample = pilot(4);
  flown(flight, me, sample, 2000);
  flight.cut(700);
  assert.notEqual(me.view(flight.now), null, "the last that is known is shown meanwhile");
  flown(flight, me, sample, 1500);
  const from = flight.room.tick;
  const { mispredictions } = flight.room.stats;
  flown(flight, me, sample, 3000);
  assert.ok(sameTicks(flight, me, from + 1) > 120);
  assert.equal(flight.room.stats.mispredictions, mispredictions);
});

test("while there is no socket nothing is run, whoever advances", () => {
  const flight = new Flight({ up: 50, down: 50 });
  const me = predicted(flight);
  flown(flight, me, () => ({ thrust: true }), 1000);
  flight.it.net.cut();
  const { tick } = me;
  const at = me.view(flight.now)?.x;
  for (let i = 0; i < 60; i++) {
    flight.it.clock.advance(16);
    me.advance(flight.now, () => ({ thrust: true }));
  }
  assert.equal(me.tick, tick);
  assert.ok(Math.abs(Number(me.view(flight.now)?.x) - Number(at)) < 5);
});

test("a machine that slept runs a few ticks, not all that it missed, and is right again", () => {
  const flight = new Flight({ up: 30, down: 30 });
  let asked = 0;
  const me = predicted(flight);
  const sample = pilot(5);
  const counting = (/** @type {number} */ now) => {
    asked++;
    return sample(now);
  };
  flown(flight, me, counting, 2000);
  asked = 0;
  flight.sleep(1500);
  flight.pass(1, (now) => me.advance(now, () => counting(now)));
  assert.ok(asked < 20, `${asked} inputs at once`);
  flown(flight, me, counting, 2500);
  const from = flight.room.tick;
  flown(flight, me, counting, 2000);
  assert.ok(sameTicks(flight, me, from + 1) > 60);
});

test("a hidden tab, which has no frames, goes on sending what is sampled", () => {
  const flight = new Flight({ up: 30, down: 30 });
  const me = predicted(flight);
  flown(flight, me, () => ({ turn: 1 }), 2000);
  const { inputTick } = flight.room.stats;
  const { starved } = flight;
  flight.pass(60_000);
  assert.ok(flight.room.stats.inputTick - inputTick >= 3590);
  assert.equal(flight.starved, starved);
  assert.ok(sameTicks(flight, me, inputTick) > 3500);
});

test("a link that gets longer is followed without a jump of what is shown", () => {
  const flight = new Flight({ up: 20, down: 20 });
  const me = predicted(flight);
  const sample = () => ({ thrust: true, turn: 1 });
  flown(flight, me, sample, 3000);
  flight.up = flight.down = () => 90;
  const frames = flown(flight, me, sample, 3000);
  assert.ok(leap(frames) <= mayLeap(60), `${leap(frames)}`);
  assert.ok(me.tick - flight.room.tick > 10);
});

test("a snapshot that is older than all that is kept is shown as it is, until it can be gone on from", () => {
  const flight = new Flight({ up: 150, down: 20 });
  const me = predicted(flight);
  const sample = () => ({ turn: 1 });
  flown(flight, me, sample, 2000);
  flight.down = () => 1900;
  let asKnown = 0;
  flight.pass(3000, (now) => {
    me.advance(now, sample);
    const known = flight.room.state.tables.crafts.get(7);
    if (me.view(now)?.heading === known?.heading) asKnown++;
  });
  assert.ok(asKnown > 0);
  flight.down = () => 20;
  flown(flight, me, sample, 4000);
  const from = flight.room.tick;
  flown(flight, me, sample, 1000);
  assert.ok(sameTicks(flight, me, from + 1) > 50);
});

test("rotations and directions are predicted, and shown between two ticks", () => {
  const it = harness();
  const tables = [
    [
      "turrets",
      [
        ["spin", 6, 10],
        ["aim", 7, 15],
      ],
    ],
  ];
  const room = /** @type {import("../src/index.js").Room} */ (
    it.enter({ tables, inputs: craftInputs, tickRate: 20 })
  );
  const [identity, north] = [0xe0080200 | 0, (1 << 29) | (1 << 14)];
  it.snapshot({ tick: 100, body: [[0, [], [], [5, identity, north]]] });
  const step = (/** @type {any} */ row, /** @type {any} */ input, /** @type {number} */ dt) => {
    const half = Math.atan2(row.spin[2], row.spin[3]) + (input.turn * dt) / 2;
    row.spin = [0, 0, Math.sin(half), Math.cos(half)];
    row.aim[0] += input.turn * dt;
  };
  const me = room.predict({ table: "turrets", row: () => 5, step });
  /** @type {number[][]} */
  const seen = [];
  for (let i = 0; i < 60; i++) {
    it.clock.advance(10);
    me.advance(it.clock.now(), () => ({ turn: 1 }));
    const { spin, aim } = /** @type {any} */ (me.view(it.clock.now()));
    assert.ok(Math.abs(Math.hypot(...spin) - 1) < 1e-9 && Math.abs(Math.hypot(...aim) - 1) < 1e-9);
    seen.push([2 * Math.atan2(spin[2], spin[3]), Math.atan2(aim[0], aim[2])]);
  }
  for (let i = 11; i < seen.length; i++) {
    for (const of of [0, 1]) {
      const by = seen[i][of] - seen[i - 1][of];
      assert.ok(by > 0.002 && by < 0.02, `${by} at frame ${i}`);
    }
  }
});

test("a game may predict before its first snapshot, and a spectator predicts nothing", () => {
  const it = harness();
  const enter = { tables: craftTables, inputs: craftInputs };
  const room = /** @type {import("../src/index.js").Room} */ (it.enter(enter));
  const me = room.predict({ table: "crafts", row: () => 7, step: fly });
  me.advance(it.clock.now(), () => ({}));
  assert.equal(me.view(), null);
  it.snapshot({
    tick: 100,
    body: [[1, [], [], [7, ...quanta({ x: 1 }).slice(0, 5), 0, 1, 5, "A"]]],
  });
  assert.equal(me.view()?.id, 7);
  assert.equal(it.socket.ofKind(3).length, 0, "nothing is sent before it is advanced");
  me.advance(it.clock.now(), () => ({}));
  it.clock.advance(100);
  assert.ok(it.socket.ofKind(3).length >= 5);

  const stands = harness();
  const watched = /** @type {import("../src/index.js").Room} */ (
    stands.enter({ ...enter, seat: 0 })
  );
  stands.snapshot({ tick: 100, body: [] });
  const nobody = watched.predict({ table: "crafts", row: () => 0, step: fly });
  nobody.advance(stands.clock.now(), () => assert.fail("asked"));
  stands.clock.advance(100);
  assert.equal(stands.socket.ofKind(3).length, 0);
  assert.equal(nobody.view(), null);
});

test("a step, a sample or a search that throws is told of, and the rest goes on", () => {
  const flight = new Flight();
  let broken = false;
  const fails = (/** @type {string} */ what) => {
    if (broken) throw new Error(what);
  };
  const me = flight.room.predict({
    table: "crafts",
    row: () => {
      fails("row");
      return 7;
    },
    step: (row, input, dt) => {
      fails("step");
      fly(row, input, dt);
    },
  });
  const sample = () => {
    fails("sample");
    return {};
  };
  flight.pass(500, (now) => me.advance(now, sample));
  broken = true;
  flight.pass(500, (now) => me.advance(now, sample));
  const told = new Set(flight.it.errors.map((e) => /** @type {Error} */ (e).message));
  assert.deepEqual([...told].sort(), ["row", "sample", "step"]);
  broken = false;
  flight.pass(500, (now) => me.advance(now, sample));
  assert.equal(me.view()?.id, 7);
});

test("one that is stopped, or replaced, gives inputs back", () => {
  const flight = new Flight();
  flight.room.input({ turn: 1 });
  flight.pass(500);
  const first = predicted(flight);
  flight.pass(200, (now) => first.advance(now, () => ({ turn: -1 })));
  assert.deepEqual(flight.values, [-1, 0]);
  const second = predicted(flight);
  first.advance(flight.now, () => assert.fail("asked"));
  flight.pass(200, (now) => second.advance(now, () => ({ thrust: true })));
  assert.deepEqual(flight.values, [0, 1]);
  assert.equal(first.view(), null);
  second.stop();
  flight.pass(200);
  assert.deepEqual(flight.values, [1, 0], "what was set by hand before");
  second.advance(flight.now, () => assert.fail("asked"));
  assert.equal(second.view(), null);
  const third = predicted(flight);
  second.stop();
  flight.pass(200, (now) => third.advance(now, () => ({ turn: -1 })));
  assert.equal(third.view()?.id, 7, "stopping twice is not stopping the next");
});

test("a clock of the game's that is none sends nothing ahead of its time", () => {
  const flight = new Flight();
  const me = predicted(flight);
  for (const odd of [Number.NaN, Date.now(), Number.POSITIVE_INFINITY, -1]) {
    flight.pass(300, () => me.advance(odd, () => ({})));
    assert.ok(me.tick <= flight.tick + 5, `${odd}: ${me.tick}`);
  }
});

test("what cannot work is refused", () => {
  const { room } = new Flight();
  const good = { table: "crafts", row: () => 7, step: fly };
  for (const bad of [{ table: "ships" }, { row: 7 }, { step: null }]) {
    assert.throws(() => room.predict(/** @type {any} */ ({ ...good, ...bad })), TypeError);
  }
  for (const bad of [{ smoothMs: -1 }, { smoothMs: Number.NaN }, { snap: -1 }]) {
    assert.throws(() => room.predict({ ...good, ...bad }), RangeError);
  }
});
