import assert from "node:assert/strict";
import { test } from "node:test";
import { farServer } from "../support/far-server.js";
import { atRest, createArena, placeOf } from "../support/match.js";

// The arena's own step, compiled to WebAssembly, predicts one's own ship over a line that takes 160 ms there and back.

const DELAY = 80; // ms each way
const TICKS_BACK = 9; // that a snapshot is old at least, of 60 a second, and an input under way

const visitorsFromAfar = farServer(DELAY);

test("the step is loaded with the first match and predicts the ship without a mistake", async () => {
  const visitors = visitorsFromAfar();
  /** @type {string[]} */
  const asked = [];
  const page = await visitors.visit("ada", "#name=Ada");
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.locator("#create-open").waitFor();
  assert.ok(!asked.includes("/arena-step.wasm"), "not before there is a match");
  await createArena(page);
  await page.waitForFunction(() => /** @type {any} */ (window).deltatick.own?.tick > 0);
  assert.ok(asked.includes("/arena-step.wasm"));
  const { ship } = await placeOf(page);
  await atRest(page, ship);

  await page.keyboard.down("KeyW");
  await page.keyboard.down("KeyD");
  await page.waitForFunction((id) => {
    const { room } = /** @type {any} */ (window).deltatick;
    const row = room.state.tables.ships.get(id);
    return Math.hypot(row.vx, row.vy) > 100;
  }, ship);
  await page.keyboard.up("KeyD");
  const seen = await page.evaluate(flown);
  await page.keyboard.up("KeyW");
  assert.ok(seen.ahead >= TICKS_BACK, `${seen.ahead} ticks ahead of the newest snapshot`);
  assert.ok(seen.far > 20, `drawn ${seen.far} units from where the newest snapshot has it`);
  // Alone in the field, nothing but its helm and the walls move a ship, and its step knows both. With a steady helm that is so even
  // where a busy machine lets an input come late: the server repeats the one before.
  assert.ok(seen.snapshots > 0);
  assert.equal(seen.mispredictions, 0, `of ${seen.snapshots} snapshots`);
  assert.equal((await placeOf(page)).desyncs, 0);
  visitors.assertNoFaults();
  await page.context().close();
});

/**
 * Flies on, once all that is on the way has been consumed.
 * @returns how far ahead the ship was drawn, at the median of the frames, in ticks and in units, and what the snapshots said of it
 */
async function flown() {
  const it = /** @type {any} */ (window).deltatick;
  const frame = () => new Promise(requestAnimationFrame);
  for (const { inputTick } = it.room.stats; it.room.stats.consumedTick <= inputTick; )
    await frame();
  const before = it.room.stats;
  /** @type {number[]} */
  const ticks = [];
  /** @type {number[]} */
  const units = [];
  for (let i = 0; i < 100; i++) {
    await frame();
    const { x, y } = it.room.state.tables.ships.get(it.own.id);
    ticks.push(it.own.tick - it.room.tick);
    units.push(Math.hypot(it.own.x - x, it.own.y - y));
  }
  const after = it.room.stats;
  const median = (/** @type {number[]} */ of) => of.sort((a, b) => a - b)[of.length >> 1];
  return {
    ahead: median(ticks),
    far: median(units),
    snapshots: after.tick - before.tick,
    mispredictions: after.mispredictions - before.mispredictions,
  };
}

test("without prediction the step is not loaded, and the match is played", async () => {
  const visitors = visitorsFromAfar();
  /** @type {string[]} */
  const asked = [];
  const page = await visitors.visit("bob", "?predict=0#name=Bob");
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await createArena(page);
  const { ship } = await placeOf(page);
  await page.keyboard.down("KeyD");
  await page.waitForFunction(
    (id) => /** @type {any} */ (window).deltatick.room.state.tables.ships.get(id).heading > 0.5,
    ship,
  );
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).deltatick.own.tick), 0);
  assert.ok(!asked.includes("/arena-step.wasm"));
  visitors.assertNoFaults();
  await page.context().close();
});
