import assert from "node:assert/strict";
import { test } from "node:test";
import { Pacer } from "../src/pacer.js";
import { seeded } from "./support/clock.js";
import { paced } from "./support/simulation.js";

/** @param {ReturnType<typeof paced>} run @param {number} from @param {number} [to] in milliseconds */
const slacks = ({ inputs }, from, to = 1e9) =>
  inputs.filter((i) => i.now >= from && i.now < to).map((i) => i.slack);

/** @param {number[]} values */
const range = (values) => [Math.min(...values), Math.max(...values)];

for (const rtt of [0, 20, 80, 150, 300]) {
  for (const wrong of [-120, -30, 0, 40, 200]) {
    test(`a steady link of ${rtt} ms, taken for ${rtt + wrong} ms: slack comes to 5 to 50 ms and stays`, () => {
      const run = paced({
        delay: () => rtt / 2,
        rttGuess: Math.max(0, rtt + wrong),
        random: seeded(rtt + wrong + 500),
      });
      const [least, most] = range(slacks(run, 8000));
      assert.ok(least >= 5 && most <= 50, `${least}..${most}`);
    });
  }
}

test("with 10 ms of jitter each way, hardly an input is late and none is sent far too early", () => {
  const random = seeded(5);
  const run = paced({ seconds: 40, delay: () => 40 + random() * 10, random });
  const late = slacks(run, 8000).filter((s) => s < 0).length;
  const [, most] = range(slacks(run, 8000));
  assert.ok(late <= 5, `${late} late`);
  assert.ok(most <= 60, `${most}`);
});

test("when the way gets 60 ms longer, inputs are in time again within a second", () => {
  const run = paced({ delay: (now) => (now < 8000 ? 30 : 90), random: seeded(6) });
  const [least, most] = range(slacks(run, 9500));
  assert.ok(least >= 5 && most <= 50, `${least}..${most}`);
});

test("when the way gets 60 ms shorter, inputs are not kept early", () => {
  const run = paced({ delay: (now) => (now < 8000 ? 90 : 30), random: seeded(7) });
  const [least, most] = range(slacks(run, 13_000));
  assert.ok(least >= 5 && most <= 50, `${least}..${most}`);
});

test("a server clock that runs 500 ppm faster or slower is followed", () => {
  for (const drift of [5e-4, -5e-4]) {
    const run = paced({ seconds: 60, delay: () => 25, drift, random: seeded(8) });
    const [least, most] = range(slacks(run, 5000));
    assert.ok(least >= 0 && most <= 50, `${least}..${most}`);
    assert.ok(slacks(run, 5000).filter((s) => s < 5).length < 60);
  }
});

test("a stall of 200 ms does not make inputs early for long", () => {
  // TCP holds everything back, then delivers it at once.
  const stall = (/** @type {number} */ now) => (now > 8000 && now < 8200 ? 8200 - now + 30 : 30);
  const run = paced({ delay: stall, random: seeded(9) });
  const [least, most] = range(slacks(run, 14_000));
  assert.ok(least >= 5 && most <= 50, `${least}..${most}`);
});

/** Least and greatest speed over a tenth of a second, from a time on. @param {ReturnType<typeof paced>} run @param {number} from */
const speeds = ({ paces }, from) =>
  range(paces.slice(from, -100).map((at, i) => ((paces[from + i + 100] - at) * TICK) / 100));
const TICK = 1000 / 60;

test("whatever the way does, ticks go by evenly: a tenth faster at most, a twentieth slower, and never by a jump", () => {
  const random = seeded(15);
  const ways = {
    longer: (/** @type {number} */ now) => (now < 5000 ? 40 : 120),
    shorter: (/** @type {number} */ now) => (now < 5000 ? 120 : 40),
    jitter: () => 60 + random() * 30,
    stall: (/** @type {number} */ now) => (now > 5000 && now < 5200 ? 5230 - now : 30),
    stalls: (/** @type {number} */ now) => 75 + (now % 1700 < 170 ? 170 - (now % 1700) : 0),
  };
  for (const [name, delay] of Object.entries(ways)) {
    const [least, most] = speeds(paced({ delay, random }), 1500);
    // A correction is made a tick at a time, so a tenth of a second has up to seven of them.
    assert.ok(least > 0.93 && most < 1.12, `${name}: ${least}..${most}`);
  }
});

test("one late input in a hundred does not move the others", () => {
  let sent = 0;
  const run = paced({
    seconds: 30,
    delay: () => (++sent % 240 === 0 ? 60 : 30),
    random: seeded(16),
  });
  const [least, most] = speeds(run, 3000);
  assert.ok(least > 0.97 && most < 1.03, `${least}..${most}`);
  const [, early] = range(slacks(run, 4000));
  assert.ok(early <= 40, `${early}`);
});

test("after the machine slept, inputs are for present ticks at once", () => {
  const asleep = (/** @type {number} */ now) => now > 5000 && now < 12_000;
  const run = paced({ delay: () => 30, asleep, random: seeded(10) });
  const [least, most] = range(slacks(run, 13_500));
  assert.ok(least >= 5 && most <= 50, `${least}..${most}`);
  assert.ok(run.inputs.filter((i) => i.now > 12_000 && i.now < 12_100).length < 20, "no flood");
});

test("every tick has its input, and no tick has two", () => {
  const run = paced({ delay: () => 40, random: seeded(11) });
  const ticks = run.inputs.filter((i) => i.now > 5000).map((i) => i.tick);
  assert.equal(new Set(ticks).size, ticks.length);
  assert.ok(ticks.length >= 15 * 60 - 2);
  ticks.slice(1).forEach((t, i) => {
    assert.equal(t, ticks[i] + 1);
  });
});

test("never are more inputs sent than the server's limit of one a tick and a burst of a quarter second", () => {
  for (const guess of [0, 400]) {
    const run = paced({
      delay: (now) => (now % 7000 < 3500 ? 20 : 110),
      rttGuess: guess,
      random: seeded(12),
    });
    let tokens = 15;
    let before = 0;
    for (const { now } of run.inputs) {
      tokens = Math.min(15, tokens + ((now - before) * 60) / 1000) - 1;
      before = now;
      assert.ok(tokens >= 0, `over the limit at ${now}`);
    }
  }
});

test("other tick rates work alike", () => {
  for (const tickRate of [10, 30, 128]) {
    const run = paced({ tickRate, delay: () => 35, random: seeded(13) });
    const [least, most] = range(slacks(run, 8000));
    assert.ok(least >= 5 && most <= 50, `${tickRate}: ${least}..${most}`);
  }
});

test("a clock that stood still during the sleep is noticed", () => {
  const pacer = new Pacer(10);
  pacer.start(0, 1000, 50);
  const before = pacer.next;
  // What queued up meanwhile is read at once; only the last of it is of now.
  for (let tick = 1001; tick <= 1500; tick++)
    pacer.observe(5, { tick, slack: 15, input: 1000 }, 50, 100);
  assert.ok(before < 1010 && pacer.next >= 1500 && pacer.next <= 1507, `${pacer.next}`);
});

test("a server whose ticks were set back is followed once that lasts", () => {
  const pacer = new Pacer(10);
  pacer.start(0, 9000, 50);
  pacer.observe(10, { tick: 100, slack: 15, input: 0 }, 50, 100);
  assert.ok(pacer.next > 9000);
  for (let now = 20; now < 1200; now += 10) {
    pacer.take(now);
    pacer.observe(now, { tick: 100 + now / 10, slack: 15, input: 0 }, 50, 100);
  }
  assert.ok(pacer.next > 200 && pacer.next < 240, `${pacer.next}`);
});
