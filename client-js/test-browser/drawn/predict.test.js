import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seeded } from "../../test/support/clock.js";
import { launch } from "../support/browser.js";
import { fairRun, stalled } from "../support/fair.js";
import { startDots } from "../support/server.js";
import { startWire } from "../support/wire.js";

/** One way, in milliseconds: a round trip of 150 to 180. */
const [LEAST, JITTER] = [75, 15];
/** Of a dot, in units a second. */
const SPEED = 120;

/** @type {Awaited<ReturnType<typeof startDots>>} */
let server;
/** @type {Awaited<ReturnType<typeof startWire>>} */
let wire;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  server = await startDots();
  const random = seeded(1);
  wire = await startWire(server.url, () => LEAST + random() * JITTER);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  wire?.stop();
  await server?.stop();
});

/** What a page noted at every frame. @typedef {{now: number, shown: number, known: number, wrong: number, slack: number}} Frame */

test("over a long way one's own dot answers at once, runs straight without a snap, and ends where the server has it", async () => {
  const frames = await fairRun(straightRun, (run) => !stalled(run));
  const first = frames.find((f) => f.shown > 200);
  assert.equal(first?.known, 200, "it moved before the server had said so");
  const away = frames.filter((f) => f.shown > 300 && f.shown < 350).map((f) => f.shown - f.known);
  assert.ok(Math.min(...away) > (SPEED * 2 * LEAST) / 1000 - 4, `leads by ${away}`);
  frames.slice(1).forEach((f, i) => {
    const by = f.shown - frames[i].shown;
    const most = (SPEED * (f.now - frames[i].now)) / 1000;
    assert.ok(by >= -4 && by <= most + 4, `${by} units in a frame that may take ${most}`);
  });
  const run = frames.filter((f) => f.known > 210 && f.shown < 350);
  assert.ok(run.length > 10);
  assert.equal(run.at(-1)?.wrong, run[0].wrong, "no prediction of the straight run was wrong");
});

/** A new player's dot goes from 200 to 360, and rests. @returns {Promise<Frame[]>} */
async function straightRun() {
  const page = await browser.newPage();
  /** @type {string[]} */
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error.stack)));
  await page.goto(`${wire.url}/predicted.html?name=Ada`);
  await page.waitForFunction(() => {
    const { dots } = /** @type {any} */ (window);
    return dots?.me.id > 0 && dots.room.stats.consumedTick > 0;
  });
  // The pacer needs a moment to know the way.
  await page.waitForFunction(() => /** @type {any} */ (window).dots.room.stats.consumedTick > 200);
  await page.evaluate(() => {
    const { room, me } = /** @type {any} */ (window).dots;
    /** @type {Frame[]} */
    const frames = [];
    Object.assign(window, { frames });
    const note = (/** @type {number} */ now) => {
      const known = room.state.tables.dots.get(me.id).x;
      const { mispredictions: wrong, slack } = room.stats;
      frames.push({ now, shown: me.view(now).x, known, wrong, slack });
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  const shows = (/** @type {number} */ x) =>
    page.waitForFunction((least) => {
      const { me } = /** @type {any} */ (window).dots;
      return me.view().x >= least;
    }, x);
  await page.keyboard.down("ArrowRight");
  await shows(360);
  await page.keyboard.up("ArrowRight");
  await page.waitForFunction(() => {
    const { room, me } = /** @type {any} */ (window).dots;
    const known = room.state.tables.dots.get(me.id).x;
    return known >= 360 && me.view().x === known;
  });
  const frames = await page.evaluate(() => /** @type {any} */ (window).frames);
  assert.deepEqual(faults, []);
  await page.close();
  return frames;
}
