import assert from "node:assert/strict";
import { test } from "node:test";
import { Flight, fly } from "./support/flight.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A flight over a way of 150 ms, with a predicted craft, and another, which is the same one seen as others are. */
function setUp() {
  const flight = new Flight({ up: 75, down: 75 });
  const me = flight.room.predict({ table: "crafts", row: () => 7, step: fly });
  const sample = () => ({ thrust: true });
  /** @type {{now: number, own: number, seen: number, buffer: number}[]} */
  const frames = [];
  const frame = (/** @type {number} */ now) => {
    me.advance(now, sample);
    const own = /** @type {any} */ (me.view(now));
    const [seen] = flight.room.view(now).crafts;
    const { bufferMs } = figures(flight);
    frames.push({ now, own: own?.x, seen: Number(seen?.x), buffer: bufferMs });
  };
  flight.push({ x: 100, vx: 1 });
  flight.pass(3000, frame);
  const { id } = me;
  assert.equal(id, 7);
  return { flight, me, frame, frames };
}

/** With those of a view and a prediction. @param {Flight} flight @returns {Record<string, number>} */
const figures = (flight) => /** @type {any} */ (flight.room.stats);

/**
 * Plays on and holds that everything is as on a quiet line: every input is in time, nothing is corrected, motion is between snapshots.
 * @param {ReturnType<typeof setUp>} it
 */
function assertWell({ flight, frame, frames }) {
  const { starved } = flight;
  const { mispredictions, resims, underruns } = flight.room.stats;
  frames.length = 0;
  flight.pass(2000, frame);
  const stats = figures(flight);
  assert.equal(flight.starved, starved, "every input was in time");
  assert.deepEqual(
    [stats.mispredictions, stats.resims, stats.underruns],
    [mispredictions, resims, underruns],
  );
  assert.ok(stats.slack >= 5 && stats.slack <= 50, `slack ${stats.slack}`);
  const buffers = frames.map((f) => f.buffer);
  assert.ok(
    Math.min(...buffers) > 0 && Math.max(...buffers) < 200,
    `${Math.min(...buffers)} to ${Math.max(...buffers)}`,
  );
  assert.ok(Math.abs(stats.serverTick - flight.tick) < 3, `${stats.serverTick}, ${flight.tick}`);
  assert.ok(Math.abs(stats.lead - stats.inputTick + flight.tick) < 3, `${stats.lead}`);
}

test("on a quiet line all is well, and the server's tick is known", () => {
  assertWell(setUp());
});

test("ten minutes of sleep, in which the clock goes on and the network does: well within a second", () => {
  const it = setUp();
  it.flight.sleep(10 * MINUTE);
  it.flight.pass(1000, it.frame);
  assertWell(it);
});

test("ten minutes of sleep, in which the clock stands still: well within a second", () => {
  const it = setUp();
  it.flight.standStill(10 * MINUTE);
  it.flight.pass(1000, it.frame);
  assertWell(it);
});

test("ten minutes of sleep that end the link: well within a second of the new one", () => {
  const it = setUp();
  it.flight.sleep(10 * MINUTE);
  it.flight.cut(300);
  it.flight.pass(1000, it.frame);
  assertWell(it);
});

test("the first frame after a sleep shows the present, not what was missed in fast motion", () => {
  const it = setUp();
  it.flight.sleep(10 * MINUTE);
  it.frames.length = 0;
  it.flight.pass(500, it.frame);
  const { viewTick, predictedTick } = figures(it.flight);
  assert.ok(it.flight.tick - viewTick < 25, `${it.flight.tick - viewTick} behind`);
  assert.ok(Math.abs(predictedTick - it.flight.tick - 4) < 6, `${predictedTick}`);
});

for (const ms of [5000, HOUR, 12 * HOUR]) {
  test(`a clock that leaps ${ms} ms while no time passes: well again within three seconds`, () => {
    const it = setUp();
    it.flight.leap(ms);
    it.flight.pass(3000, it.frame);
    assertWell(it);
  });
}

for (const ms of [1500, 1900]) {
  test(`a server that stands still for ${ms} ms: well again within three seconds`, () => {
    const it = setUp();
    it.flight.stand(ms, it.frame);
    it.flight.pass(3000, it.frame);
    assertWell(it);
  });
}

for (const [every, ms] of [
  [1000, MINUTE],
  [MINUTE, 5 * MINUTE],
]) {
  test(`a hidden tab without frames whose timers fire every ${every} ms: inputs go on in time, the link holds, and it is well when it is back`, () => {
    const it = setUp();
    const { clock, sockets } = it.flight.it;
    clock.coarse = every;
    it.flight.pass(2 * every);
    const { starved } = it.flight;
    it.flight.pass(ms);
    assert.ok(it.flight.starved - starved < ms / 1000, `${it.flight.starved - starved} starved`);
    assert.equal(sockets.length, 1, "nobody dialled anew");
    clock.coarse = 0;
    it.flight.pass(every, it.frame);
    it.flight.pass(500, it.frame);
    assertWell(it);
  });
}

for (const [what, happens] of /** @type {[string, (it: ReturnType<typeof setUp>) => void][]} */ ([
  ["a server that stands still", (it) => it.flight.stand(1900, it.frame)],
  ["a clock that leaps", (it) => it.flight.leap(MINUTE)],
  ["ten minutes of sleep", (it) => it.flight.sleep(10 * MINUTE)],
])) {
  test(`${what} has no time that was seen come again, and a second later others are where they were`, () => {
    const it = setUp();
    const { flight, frames } = it;
    /** @type {number[]} */
    const seen = [];
    const frame = (/** @type {number} */ now) => {
      it.frame(now);
      seen.push(Number(figures(flight).viewTick));
    };
    flight.pass(500, frame);
    happens({ ...it, frame });
    flight.pass(3000, frame);
    const backs = seen.slice(1).map((tick, i) => tick - seen[i]);
    assert.ok(Math.min(...backs) >= 0, `${Math.min(...backs)} ticks`);
    // Another's craft is where it was in the tick that is shown of it.
    const late = frames.slice(-110);
    late.forEach(({ seen: x }, i) => {
      const tick = seen[seen.length - 110 + i];
      const known = flight.row(Math.floor(tick));
      assert.ok(Math.abs(x - known.x) < 12, `${x} where it was at ${known.x}`);
    });
  });
}
