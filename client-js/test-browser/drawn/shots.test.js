import assert from "node:assert/strict";
import { test } from "node:test";
import { fairRun, stalled } from "../support/fair.js";
import { farServer } from "../support/far-server.js";
import { atRest, createArena, placeOf } from "../support/match.js";

/** One way, in milliseconds. */
const DELAY = 75;
/** Of a shot, in units a second. */
const SHOT_SPEED = 720;

const visitorsFromAfar = farServer(DELAY);

test("over a line of 150 ms a shot is there in the frame of the trigger, and it is one shot, the server's, from then on", async () => {
  const visitors = visitorsFromAfar();
  const seen = await fairRun(
    () => oneShot(visitors),
    (run) => !stalled(run.drawn),
  );
  assert.ok(seen.frames <= 2, `shown in frame ${seen.frames} after the key`);
  assert.equal(seen.knownThen, 0, "long before the server had it");
  const flown = (SHOT_SPEED * seen.after) / 1000;
  assert.ok(seen.off < 40 + flown, `${seen.off} units from the ship, of which it flew ${flown}`);
  assert.equal(seen.most, 1, "never two of it");
  assert.deepEqual([seen.confirmed, seen.rolledBack, seen.rows], [1, 0, 1]);
  // The difference of a tick between the two is taken away while it flies on; a frame that is late may show only the former.
  assert.ok(seen.back >= -12, `it flew back by ${seen.back}`);
  visitors.assertNoFaults();
});

/** A ship at rest, alone in its match, fires once. @param {ReturnType<typeof visitorsFromAfar>} visitors */
async function oneShot(visitors) {
  const page = await visitors.visit("ada", "#name=Ada");
  await createArena(page);
  await page.waitForFunction(() => /** @type {any} */ (window).deltatick.own?.shots.shown);
  const { ship } = await placeOf(page);
  await atRest(page, ship);
  const seen = await page.evaluate(fired);
  await page.context().close();
  return seen;
}

/** Fires once, and notes every frame until the shot is over. */
async function fired() {
  const it = /** @type {any} */ (window).deltatick;
  const frame = () => new Promise(requestAnimationFrame);
  const rows = new Set();
  const known = () => {
    for (const [id, row] of it.room.state.tables.shots) if (row.owner === it.own.id) rows.add(id);
    return rows.size;
  };
  // Whatever the ship's first input was, the line has told its length by now.
  for (const { inputTick } = it.room.stats; it.room.stats.consumedTick <= inputTick; )
    await frame();
  await frame();
  const since = performance.now();
  dispatchEvent(new KeyboardEvent("keydown", { code: "Space" }));
  let frames = 0;
  while (it.own.shots.shown.length === 0 && frames < 60) {
    await frame();
    frames++;
  }
  const [first] = it.own.shots.shown;
  const after = performance.now() - since;
  const knownThen = known();
  const off = Math.hypot(first.x - it.own.x, first.y - it.own.y);
  dispatchEvent(new KeyboardEvent("keyup", { code: "Space" }));
  let most = 0;
  let back = 0;
  let way = -1;
  let tick = 0;
  const drawn = [];
  const { x, y } = first;
  while (it.own.shots.shown.length > 0) {
    const { shown } = it.own.shots;
    const now = Math.hypot(shown[0].x - x, shown[0].y - y);
    // A machine that stood still for long begins its inputs anew, for earlier ticks.
    const { predictedTick, slack } = it.room.stats;
    if (predictedTick >= tick) back = Math.min(back, now - way);
    tick = predictedTick;
    way = now;
    most = Math.max(most, shown.length);
    known();
    drawn.push({ now: performance.now(), slack });
    await frame();
  }
  const { confirmed, rolledBack } = it.own.shots;
  return {
    frames,
    after,
    knownThen,
    off,
    most,
    back,
    rows: rows.size,
    confirmed,
    rolledBack,
    drawn,
  };
}
