import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "../support/browser.js";
import { fairRun, stalled } from "../support/fair.js";
import { createArena, inMatch, placeOf } from "../support/match.js";
import { distance, duel, met, record, recorded, truthAt } from "../support/recording.js";
import { startServer } from "../support/server.js";
import { Tabs } from "../support/tabs.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../support/recording.js").Frame} Frame */

/** Of a ship, in units a second. */
const MOST_SPEED = 300;
/** How much faster ticks may go by while inputs have to be sent earlier. */
const HURRY = 1.12;
/** Of a round trip over 150 ± 30 ms, in milliseconds, with what a page needs to answer. */
const LONGEST = 250;
/** How long a tab is hidden, in milliseconds, while the other tests run; test/clock.test.js has minutes, by a clock that is not the wall's. */
const HIDDEN_FOR = 60_000;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;
/** @type {Awaited<ReturnType<typeof hide>>} a tab that is hidden since the beginning */
let hidden;

before(async () => {
  server = await startServer();
  browser = await launch();
  visitors = new Visitors(browser, server.url);
  hidden = await hide();
});

after(async () => {
  await hidden?.tabs.close();
  await browser?.close();
  await server?.stop();
});

/**
 * Has Ada fly straight on, over a line, while a recording goes on, which ends when frames for so many seconds were noted since the last underrun.
 * @param {string} net @param {number} seconds
 */
async function straightRun(net, seconds) {
  const it = await duel(visitors, server.url, net);
  const { page } = it;
  await page.waitForFunction(() => {
    const { room, own } = /** @type {any} */ (window).deltatick;
    const [round] = room.state.tables.round.values();
    // At its beginning everybody is put elsewhere, and what is near enough is shown to go there.
    return round?.phase === 1 && own.tick > 0 && room.stats.predictionError === 0;
  });
  await record(page, it.other);
  await page.keyboard.down("KeyW");
  await page.waitForFunction(
    (ms) => {
      const { frames } = /** @type {any} */ (window);
      const last = frames.at(-1);
      if (last === undefined) return false;
      const dry = frames.findLast((/** @type {Frame} */ f) => f.underruns < last.underruns);
      return last.now - (dry ?? frames[0]).now > ms;
    },
    seconds * 1000,
    { timeout: 40_000 },
  );
  await page.keyboard.up("KeyW");
  const frames = await recorded(page);
  // What the page has predicted, the server comes to later.
  await it.judgedUpTo(frames[frames.length - 1].ownTick);
  const stats = await page.evaluate(() => {
    const { net, conditions } = /** @type {any} */ (window).deltatick;
    return { ...net.stats, line: conditions.stats };
  });
  it.end();
  await page.context().close();
  return { ...it, frames, stats };
}

/** Whether the ships kept clear of each other, which no page foresees. @param {Awaited<ReturnType<typeof straightRun>>} run */
const clear = ({ truth, own, other }) => !met(truth, own, other);

/** Whether the page, which is one end of the line, answered when it was asked. @param {Awaited<ReturnType<typeof straightRun>>} run */
const prompt = ({ frames, stats }) => !stalled(frames) && stats.rtt < LONGEST;

/** How far a ship was drawn from where the server had it, by frame. @param {Awaited<ReturnType<typeof straightRun>>} run @param {"own" | "other"} which */
function errors({ frames, truth, ...ids }, which) {
  return frames.flatMap((frame) => {
    const was = truthAt(truth, ids[which], which === "own" ? frame.ownTick : frame.otherTick);
    return was === null ? [] : [distance(was, frame[which])];
  });
}

/** @param {number[]} values @param {number} part */
const quantile = (values, part) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)];

/** How much farther one's own ship moved in each frame than it can fly in it, in units. @param {Frame[]} frames */
const excesses = (frames) =>
  frames.slice(1).map(({ now, own }, i) => {
    const most = (MOST_SPEED * HURRY * (now - frames[i].now)) / 1000;
    return distance(own, frames[i].own) - most;
  });

/** The greatest of these. @param {Frame[]} frames */
const snap = (frames) => Math.max(...excesses(frames));

/** How often it moved farther than that by so many units; what is within 200 ms is one leap, smoothed. @param {Frame[]} frames @param {number} units */
function leaps(frames, units) {
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  excesses(frames).forEach((excess, i) => {
    if (excess < units) return;
    const { now } = frames[i + 1];
    if (now - last > 200) count++;
    last = now;
  });
  return count;
}

test("over 150 ± 30 ms one's own ship is drawn where the server comes to have it, without a snap, and another's between snapshots", async () => {
  const run = await fairRun(
    () => straightRun("150,30", 5),
    (it) => clear(it) && prompt(it),
  );
  const { frames, stats } = run;
  assert.ok(stats.rtt > 120 && stats.rtt < LONGEST, `${stats.rtt} ms`);
  const own = errors(run, "own");
  assert.ok(own.length > 200, `${own.length} of ${frames.length} frames`);
  assert.equal(quantile(own, 0.5), 0);
  assert.ok(distance(frames[0].own, frames[frames.length - 1].own) > 300, "it flew");
  assert.ok(snap(frames) < 1, `${snap(frames)} units too far in a frame`);
  // Where a snapshot was left out a circle is cut short.
  const others = quantile(errors(run, "other"), 0.5);
  assert.ok(others < 1, `${others} units`);
  const last = frames[frames.length - 1];
  const adapted = frames.filter((f) => f.now > last.now - 4000);
  assert.ok(adapted.length > 60 && adapted.every((f) => f.bufferMs >= 0), "no underrun");
  assert.ok(last.delayMs < 400, `${last.delayMs} ms behind`);
});

test("with stalls as well, of one message in a hundred each way, one's own ship is as right, and the match goes on", async () => {
  const run = await fairRun(() => straightRun("150,30,1", 3), clear);
  const { frames, stats } = run;
  assert.ok(stats.line.up.stalls + stats.line.down.stalls > 0);
  const own = errors(run, "own");
  const deciles = [1, 3, 5, 7, 9].map((n) => quantile(own, n / 10));
  assert.equal(deciles[2], 0, `${own.length} of ${frames.length} frames: ${deciles}`);
  // Where a stall keeps inputs back for longer than the pacer makes up for smoothly, it begins anew, and the ship is elsewhere then: once for each.
  const stalls = stats.line.up.stalls + stats.line.down.stalls;
  assert.ok(leaps(frames, 5) <= stalls, `${leaps(frames, 5)} leaps, ${stalls} stalls`);
  assert.deepEqual([stats.desyncs, stats.reconnects], [0, 0]);
});

test("offline for five seconds: it is said, and then the seat is there again", async () => {
  const strangers = new Visitors(browser, server.url); // a browser complains of every dial that fails
  const page = await strangers.visit("offline");
  await createArena(page);
  const before = await placeOf(page);
  await page.context().setOffline(true);
  await page.locator("#down:not([hidden])").waitFor();
  await page.waitForTimeout(5000); // as the server's clock has it
  await page.context().setOffline(false);
  await page.locator("#down").waitFor({ state: "hidden" });
  await goesOn(page, before);
  assert.ok((await placeOf(page)).reconnects > before.reconnects);
  await page.context().close();
});

test("a tab that is hidden for a minute stays in, sends its inputs, and shows the present when it is back", async () => {
  const { tabs, tab, at, before } = hidden;
  await new Promise((resolve) => setTimeout(resolve, at + HIDDEN_FOR - Date.now()));
  const counted = await tab.evaluate(() => /** @type {any} */ (window).hidden);
  const is = await tab.evaluate(look);
  assert.equal(is.visibility, "hidden");
  assert.equal(counted.frames, 0, "Chromium draws no frame of it");
  assert.ok(
    counted.timers > 40 && counted.timers < 70,
    `timers fire once a second: ${counted.timers}`,
  );
  // Against the ticks that the server has run, of which a busy machine has fewer.
  const [ticks, consumed] = [is.tick - before.tick, is.consumed - before.consumed];
  assert.ok(
    ticks > 600 && consumed > ticks * 0.9,
    `inputs up to ${consumed} ticks on, of ${ticks} ticks`,
  );
  assert.ok(is.tick - is.consumed < 30, `the newest is of ${is.tick - is.consumed} ticks before`);
  await tab.front();
  await tab.until(() => {
    const { room } = /** @type {any} */ (window).deltatick;
    const { tick, viewTick, predictedTick } = room.stats;
    const isPresent = tick - viewTick < 30 && tick - viewTick > 0;
    return (
      document.visibilityState === "visible" && isPresent && Math.abs(predictedTick - tick) < 30
    );
  });
  const back = await tab.evaluate(look);
  const { match, seat, user, reconnects, desyncs } = back;
  assert.deepEqual(
    { match, seat, user },
    { match: before.match, seat: before.seat, user: before.user },
  );
  assert.deepEqual([reconnects, desyncs], [0, 0], "it never lost its link");
  // Its ship turns on, as the key says that is still held.
  await tab.until((from) => {
    const { own } = /** @type {any} */ (window).deltatick;
    return Math.abs(Math.sin((own.heading - from) / 2)) > 0.2;
  }, back.heading);
  assert.deepEqual(tabs.faults, []);
});

test("nothing went wrong in any page", () => visitors.assertNoFaults());

/** A tab of a page that turns its ship, in a match of its own, with another in front of it since the time that is told. */
async function hide() {
  const tabs = await Tabs.launch();
  const tab = await tabs.open(`${server.url}/?net=60,10`);
  await tab.until(() => /** @type {any} */ (window).deltatick?.net.status.state === "open");
  await tab.evaluate(async () => {
    const { lobby } = /** @type {any} */ (window).deltatick.net;
    await lobby.create({
      game: "arena",
      private: true,
      settings: { bots: 2, limit: 0, seconds: 600 },
    });
    await lobby.start();
  });
  await tab.until(
    () =>
      /** @type {any} */ (window).deltatick.room?.stats.consumedTick > 0 &&
      /** @type {any} */ (window).deltatick.own.tick > 0,
  );
  await tab.evaluate(() => {
    dispatchEvent(new KeyboardEvent("keydown", { code: "KeyD", key: "d", bubbles: true }));
  });
  await tabs.open("about:blank");
  await tab.until(() => document.visibilityState === "hidden");
  await tab.evaluate(() => {
    const hidden = { frames: 0, timers: 0 };
    Object.assign(window, { hidden });
    const frame = () => {
      hidden.frames++;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const timer = () => {
      hidden.timers++;
      setTimeout(timer, 10);
    };
    timer();
  });
  return { tabs, tab, at: Date.now(), before: await tab.evaluate(look) };
}

/** What a page in a match says of itself; called in it. */
function look() {
  const { net, room, own } = /** @type {any} */ (window).deltatick;
  const { consumedTick: consumed, tick } = room.stats;
  const { reconnects, desyncs } = net.stats;
  const { match, seat } = room;
  const { visibilityState: visibility } = document;
  return {
    visibility,
    match,
    seat,
    user: net.user,
    consumed,
    tick,
    reconnects,
    desyncs,
    heading: own.heading,
  };
}

/** The page has the seat that it had, and its ship answers. @param {Page} page @param {import("../support/match.js").Place} before */
async function goesOn(page, before) {
  await inMatch(page);
  const { match, seat, user, ship, desyncs } = await placeOf(page);
  assert.deepEqual(
    { match, seat, user, ship, desyncs },
    { match: before.match, seat: before.seat, user: before.user, ship: before.ship, desyncs: 0 },
  );
  const heading = await page.evaluate(() => /** @type {any} */ (window).deltatick.own.heading);
  await page.keyboard.down("KeyA");
  await page.waitForFunction((from) => {
    const { own, room } = /** @type {any} */ (window).deltatick;
    const known = room.state.tables.ships.get(own.id).heading;
    return Math.abs(Math.sin((known - from) / 2)) > 0.2;
  }, heading);
  await page.keyboard.up("KeyA");
}
