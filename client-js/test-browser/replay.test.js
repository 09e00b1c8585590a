import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { createArena, inMatch, placeOf } from "./support/match.js";
import { startReplay, startServer } from "./support/server.js";

/** @typedef {import("playwright-core").Page} Page */

/** Ticks of the match that is recorded, at least. */
const LENGTH = 240;

let folder = "";
/** Where the pilot's ship was, as the pilot's page knew it: [tick, x, y, heading], by rising tick. @type {number[][]} */
let flown = [];
let ship = 0;
/** @type {Awaited<ReturnType<typeof startReplay>>} */
let replay;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;
/** @type {Page} */
let watcher;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "deltatick-replay-"));
  browser = await launch();
  await record();
  const files = (await readdir(folder)).filter((name) => name.endsWith(".dtr"));
  assert.equal(files.length, 1, `recordings: ${files}`);
  replay = await startReplay(join(folder, files[0]), ["-paused"]);
  visitors = new Visitors(browser, replay.url);
});

after(async () => {
  await browser?.close();
  await replay?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A pilot flies in circles in a match that a server records. */
async function record() {
  const server = await startServer(["-record", folder]);
  try {
    const pilot = await new Visitors(browser, server.url).visit("pilot", "#name=Amelia");
    await createArena(pilot);
    ({ ship } = await placeOf(pilot));
    await pilot.evaluate((id) => {
      const { room } = /** @type {any} */ (window).deltatick;
      /** @type {any} */ (window).flown = [];
      room.on("snapshot", () => {
        const { x, y, heading } = room.state.tables.ships.get(id);
        /** @type {any} */ (window).flown.push([room.tick, x, y, heading]);
      });
    }, ship);
    await pilot.keyboard.down("KeyW");
    await pilot.keyboard.down("ArrowRight");
    const long = await pilot.waitForFunction((ticks) => {
      const { flown } = /** @type {any} */ (window);
      return flown.length > 0 && flown.at(-1)[0] - flown[0][0] >= ticks && flown;
    }, LENGTH);
    flown = /** @type {number[][]} */ (/** @type {unknown} */ (await long.jsonValue()));
    await pilot.context().close();
  } finally {
    await server.stop();
  }
}

/** What the server says of the playback. @param {Page} page @returns {Promise<any>} */
const playback = (page) =>
  page.evaluate(() => /** @type {any} */ (window).deltatick.net.request("replay", "state"));

/** Waits until a page has so many ticks more of what is shown, be it in a pause. @param {Page} page @param {number} n */
async function ticksPass(page, n) {
  const { tick } = await placeOf(page);
  await hasTick(page, tick + n);
}

/** @param {Page} page @param {number} tick */
const hasTick = (page, tick) =>
  page.waitForFunction((at) => /** @type {any} */ (window).deltatick.room.tick >= at, tick);

/**
 * Asks the server, which takes few requests a second, until the playback is as wanted.
 * @param {Page} page
 * @param {(state: any) => boolean} wanted
 */
async function until(page, wanted) {
  let state = await playback(page);
  for (let tries = 0; !wanted(state); tries++) {
    assert.ok(tries < 100, `the playback stays ${JSON.stringify(state)}`);
    await ticksPass(page, 12);
    state = await playback(page);
  }
  return state;
}

/** Waits until a page has a snapshot of what is shown now. @param {Page} page */
async function upToDate(page) {
  const { shown } = await until(page, (state) => state.shown > 0);
  await hasTick(page, shown);
}

/** Waits until a page's line of time is there. @param {Page} page @param {number} tick */
const lineAt = (page, tick) =>
  page.waitForFunction((at) => {
    const line = /** @type {any} */ (document.querySelector("#replay input"));
    return Number(line.value) === at;
  }, tick);

/** @param {Page} page */
const button = (page) => page.locator("#replay .replay-play");
/** @param {Page} page */
const line = (page) => page.locator("#replay input");

/** A moment of the flight. @param {number} part 0 to 1 */
const moment = (part) => flown[Math.floor(part * (flown.length - 1))];

test("the address shows the recording, which stands until it is played", async () => {
  watcher = await visitors.visit("watcher", "#name=Walt");
  await inMatch(watcher);
  await watcher.waitForSelector("#replay:not([hidden])");
  assert.equal((await placeOf(watcher)).seat, 0);
  const { first, last, tick, paused } = await playback(watcher);
  assert.deepEqual([tick, paused], [first, true]);
  assert.equal(await button(watcher).getAttribute("aria-label"), "Play");
  const [min, max, value] = await line(watcher).evaluate((/** @type {any} */ input) =>
    [input.min, input.max, input.value].map(Number),
  );
  assert.deepEqual([min, max, value], [first, last, first]);
  assert.ok(first <= flown[0][0] && last >= moment(1)[0], `ticks ${first} to ${last}`);
  assert.match((await watcher.locator(".replay-clock").textContent()) ?? "", /^0:00 \/ 0:\d\d$/);
});

test("a seek shows the world of that very tick, forward and back", async () => {
  for (const part of [0.9, 0.2, 0.6]) {
    const [tick, x, y, heading] = moment(part);
    await line(watcher).fill(String(tick));
    await lineAt(watcher, tick);
    await until(watcher, (state) => state.tick === tick);
    await upToDate(watcher);
    const row = await watcher.evaluate((id) => {
      const { x, y, heading } = /** @type {any} */ (window).deltatick.room.state.tables.ships.get(
        id,
      );
      return [x, y, heading];
    }, ship);
    assert.deepEqual(row, [x, y, heading], `at tick ${tick}`);
  }
  assert.equal((await playback(watcher)).paused, true, "and stands there");
});

test("play goes on from there to the end, where it stands, and the next begins anew", async () => {
  const [tick] = moment(0.6);
  await button(watcher).click();
  await watcher.waitForFunction(
    ([id, x, y]) => {
      const row = /** @type {any} */ (window).deltatick.room.state.tables.ships.get(id);
      return row && Math.hypot(row.x - x, row.y - y) > 1;
    },
    /** @type {const} */ ([ship, moment(0.6)[1], moment(0.6)[2]]),
  );
  const { first, last } = await playback(watcher);
  await lineAt(watcher, last);
  await watcher.locator('#replay .replay-play[aria-label="Play"]').waitFor();
  assert.ok((await playback(watcher)).tick > tick);

  await watcher.selectOption("#replay select", "0.1"); // so that there is time to look
  await until(watcher, (state) => state.speed === 0.1);
  await button(watcher).click();
  await watcher.locator('#replay .replay-play[aria-label="Pause"]').waitFor();
  await watcher.waitForFunction((from) => {
    const line = /** @type {any} */ (document.querySelector("#replay input"));
    return Number(line.value) > from && Number(line.value) < Number(line.max);
  }, first);
});

test("pause stands still, in the picture too", async () => {
  await button(watcher).click();
  await watcher.locator('#replay .replay-play[aria-label="Play"]').waitFor();
  await upToDate(watcher);
  const at = await playback(watcher);
  const before = await watcher.evaluate((id) => {
    const { room } = /** @type {any} */ (window).deltatick;
    const { x, y } = room.state.tables.ships.get(id);
    return { x, y };
  }, ship);
  await ticksPass(watcher, 30);
  const { x, y } = await watcher.evaluate(
    (id) => /** @type {any} */ (window).deltatick.room.state.tables.ships.get(id),
    ship,
  );
  assert.deepEqual([x, y], [before.x, before.y]);
  assert.equal((await playback(watcher)).tick, at.tick);
});

test("a step is a tick, back and on, by key and by button, and the picture follows", async () => {
  const [start] = moment(0.5);
  await line(watcher).fill(String(start));
  await until(watcher, (state) => state.tick === start && state.paused);
  const steps = [
    { by: () => watcher.keyboard.press("Period"), tick: start + 1 },
    { by: () => watcher.keyboard.press("Period"), tick: start + 2 },
    { by: () => watcher.click("#replay .replay-step >> nth=0"), tick: start + 1 },
    { by: () => watcher.keyboard.press("Comma"), tick: start },
  ];
  await watcher.locator("#field").click(); // the keys are the game's, not the line's
  for (const { by, tick } of steps) {
    await by();
    await lineAt(watcher, tick);
    await until(watcher, (state) => state.tick === tick && state.paused);
    await upToDate(watcher);
    const at = flown.find(([flownTick]) => flownTick === tick);
    const x = await watcher.evaluate(
      (id) => /** @type {any} */ (window).deltatick.room.state.tables.ships.get(id).x,
      ship,
    );
    if (at) assert.equal(x, at[1], `at tick ${tick}`);
  }
});

test("the chosen speed is how many recorded ticks pass in one that is shown", async () => {
  for (const speed of [0.5, 2]) {
    await line(watcher).fill(String(moment(0)[0]));
    await watcher.selectOption("#replay select", String(speed));
    const start = moment(0)[0];
    await until(watcher, (s) => s.speed === speed && s.tick === start && s.paused);
    await button(watcher).click();
    const from = await until(watcher, (s) => s.tick > start && s.shown > 0);
    const to = await until(watcher, (s) => s.shown > 0 && (s.tick - from.tick >= 20 || s.paused));
    assert.ok(to.tick - from.tick >= 20, `from tick ${from.tick} to ${to.tick} of ${to.last}`);
    const passed = (to.tick - from.tick) / speed;
    assert.ok(
      Math.abs(to.shown - from.shown - passed) <= 2,
      `${to.shown - from.shown} ticks at ${speed} for ${passed}`,
    );
    await button(watcher).click();
    await watcher.locator('#replay .replay-play[aria-label="Play"]').waitFor();
  }
});

test("it is one playback for all: another's bar follows", async () => {
  const other = await visitors.visit("other", "#name=Olga");
  await other.waitForSelector("#replay:not([hidden])");
  const [tick] = moment(0.8);
  await line(watcher).fill(String(tick));
  await watcher.selectOption("#replay select", "0.25");
  await lineAt(other, tick);
  await other.waitForFunction(
    () => /** @type {any} */ (document.querySelector("#replay select")).value === "0.25",
  );
  await button(other).click();
  await watcher.locator('#replay .replay-play[aria-label="Pause"]').waitFor();
});

test("nothing went wrong in any page, and no world differed from the server's", async () => {
  assert.equal((await placeOf(watcher)).desyncs, 0);
  visitors.assertNoFaults();
});
