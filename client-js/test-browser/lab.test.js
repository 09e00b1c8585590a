import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { createArena } from "./support/match.js";
import { startServer } from "./support/server.js";

/** @typedef {import("playwright-core").Page} Page */

/** Frames that are recorded of a flight. */
const FRAMES = 150;
/** Snapshots over which bytes are compared. */
const SNAPSHOTS = 120;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;
/** @type {Page} */
let page;
/** @type {string} */
let recordings;

before(async () => {
  recordings = await mkdtemp(join(tmpdir(), "deltatick-lab-"));
  server = await startServer(["-record", recordings]);
  browser = await launch();
  visitors = new Visitors(browser, server.url);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(recordings, { recursive: true, force: true });
});

/** Waits until all three clients are in the match, and A's ship flies. @param {Page} page */
async function running(page) {
  await page.waitForFunction(() => {
    const { a, b, truth } = /** @type {any} */ (window).deltatickLab;
    const fly = (/** @type {any} */ player) => {
      const row = truth?.room?.state.tables.ships?.get(player?.ownId);
      return row?.alive && Math.hypot(row.vx, row.vy) > 100;
    };
    return fly(a) && fly(b);
  });
}

/**
 * Where the screen of A has its ship against where the server has it, along the way it flies, for so many frames in which it is fast.
 * @param {Page} page
 * @param {number} frames
 * @returns {Promise<number>} the median in units, below 0 for behind
 */
const medianGap = (page, frames) =>
  page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const lab = /** @type {any} */ (window).deltatickLab;
        /** @type {number[]} */
        const gaps = [];
        const look = () => {
          const { own } = lab.a.screen;
          const row = lab.truth.room.state.tables.ships.get(lab.a.ownId);
          const speed = row ? Math.hypot(row.vx, row.vy) : 0;
          if (own && speed > 150)
            gaps.push(((own.x - row.x) * row.vx + (own.y - row.y) * row.vy) / speed);
          if (gaps.length < wanted) requestAnimationFrame(look);
          else resolve(gaps.sort((x, y) => x - y)[wanted >> 1]);
        };
        look();
      }),
    frames,
  );

/** Bytes of a snapshot to A, on average over the next ones. @param {Page} page */
async function bytesOfSnapshot(page) {
  const read = () =>
    page.evaluate(() => {
      const { net, traffic } = /** @type {any} */ (window).deltatickLab.a;
      return { bytes: traffic.in.total[0], snapshots: net.stats.snapshots };
    });
  const from = await read();
  await page.waitForFunction(
    (n) => /** @type {any} */ (window).deltatickLab.a.net.stats.snapshots >= n,
    from.snapshots + SNAPSHOTS,
    { timeout: 60_000 }, // a machine under load gets few of them a second
  );
  const to = await read();
  return (to.bytes - from.bytes) / (to.snapshots - from.snapshots);
}

/** Who A is. @param {Page} page */
const identity = (page) =>
  page.evaluate(() => {
    const { net, room } = /** @type {any} */ (window).deltatickLab.a;
    return { session: net.session, match: room.match, seat: room.seat };
  });

/** What happened to the connection of A, by name. @param {Page} page @returns {Promise<string[]>} */
const happened = (page) =>
  page.evaluate(() =>
    /** @type {any} */ (window).deltatickLab.timeline.events.map((/** @type {any} */ e) => e.what),
  );

/** The newest sentence about the connection, once it matches. @param {Page} page @param {RegExp} what */
async function told(page, what) {
  await page.waitForFunction(
    (source) =>
      new RegExp(source).test(document.querySelector("#story li span")?.textContent ?? ""),
    what.source,
  );
  return (await page.locator("#story li span").first().textContent()) ?? "";
}

test("one click leads from the game's page, and one more seats two players whom a third client watches", async () => {
  page = await visitors.visit("guest");
  await page.click("#to-lab");
  await page.waitForURL("**/lab.html");
  await page.goto(`${server.url}/lab.html?net=150,0,0`);
  await page.click("#start-button");
  await running(page);
  const seats = await page.evaluate(() => {
    const { a, b, truth } = /** @type {any} */ (window).deltatickLab;
    return [a, b, truth].map(({ room }) => [room.match, room.seat]);
  });
  const [match] = seats[0];
  assert.deepEqual(seats, [
    [match, 1],
    [match, 2],
    [match, 0],
  ]);
});

test("the command that shows this match again names its recording", async () => {
  await page.waitForFunction(() =>
    /^This server records/.test(document.querySelector("#replay-about")?.textContent ?? ""),
  );
  const command = (await page.locator("#replay-command").textContent()) ?? "";
  const [, end] = /^replay serve recordings\/\*(-arena-.+\.dtr)$/.exec(command) ?? [];
  assert.ok(end, command);
  const files = await readdir(recordings);
  assert.equal(files.filter((file) => file.endsWith(end)).length, 1, `${end} among ${files}`);
});

test("with prediction A's ship is drawn ahead of the server, without behind it, by what 150 ms are worth", async () => {
  const ahead = await medianGap(page, FRAMES);
  await page.keyboard.press("KeyP");
  assert.equal(await page.isChecked("#toggle-prediction"), false);
  const behind = await medianGap(page, FRAMES);
  await page.keyboard.press("KeyP");
  const again = await medianGap(page, FRAMES);
  // At 150 units a second or more, half the round trip is 11 units at least, and the view's delay, 50 ms at least, 7 more.
  assert.ok(ahead > 5 && again > 5, `with prediction ${ahead} and ${again} units`);
  assert.ok(behind < -15, `without ${behind} units`);
});

test("a prediction that nobody corrects goes astray when the ship is put elsewhere, and reconciliation brings it back", async () => {
  const off = () =>
    page.evaluate(() => {
      const { a } = /** @type {any} */ (window).deltatickLab;
      const { x, y } = a.predictor.view();
      return Math.hypot(a.screen.own.x - x, a.screen.own.y - y);
    });
  await page.keyboard.press("KeyR");
  // A loses its line for a moment: the server goes on with the last input, which the screen knows nothing of.
  await page.click("#freeze");
  await page.waitForFunction(() => {
    const { a } = /** @type {any} */ (window).deltatickLab;
    const { x, y } = a.predictor.view();
    return Math.hypot(a.screen.own.x - x, a.screen.own.y - y) > 20;
  });
  await page.keyboard.press("KeyR");
  await page.waitForFunction(() => {
    const { a } = /** @type {any} */ (window).deltatickLab;
    return a.modes.reconciliation && a.screen.own !== null;
  });
  await medianGap(page, 10);
  assert.ok((await off()) < 20, `still ${await off()} units off`);
});

test("snapshots as msgpack take more bytes than packed ones, in the same session and seat", async () => {
  const who = await identity(page);
  await page.keyboard.press("KeyB"); // more ships, so that rows and not the frames around them decide
  await page.waitForFunction(
    () => /** @type {any} */ (window).deltatickLab.a.room.state.tables.ships.size === 4,
  );
  const packed = await bytesOfSnapshot(page);
  await page.keyboard.press("KeyK");
  await page.waitForFunction(() => /** @type {any} */ (window).deltatickLab.a.net.codec === "mp");
  await running(page);
  assert.deepEqual(await identity(page), who);
  const mp = await bytesOfSnapshot(page);
  assert.ok(mp > packed * 1.1, `${mp} bytes a snapshot, ${packed} packed`);
  await page.keyboard.press("KeyB");
  await page.keyboard.press("KeyK");
  await page.waitForFunction(
    () => /** @type {any} */ (window).deltatickLab.a.net.codec === "packed",
  );
  await running(page);
});

test("lag compensation is a setting of the match, which all its players are told of", async () => {
  await page.keyboard.press("KeyL");
  await page.waitForFunction(
    () => /** @type {any} */ (window).deltatickLab.b.net.lobby.state.settings.rewind === 0,
  );
  await page.keyboard.press("KeyL");
  await page.waitForFunction(
    () => /** @type {any} */ (window).deltatickLab.b.net.lobby.state.settings.rewind === 1,
  );
});

/** What is written at a place of the page, once it matches. @param {string} where @param {RegExp} what */
const reads = (where, what) =>
  page.waitForFunction(
    ([where, source]) => new RegExp(source).test(document.querySelector(where)?.textContent ?? ""),
    [where, what.source],
  );

test("while nothing comes over a line that is there, the page says so and not that all is on", async () => {
  await page.evaluate(() => /** @type {any} */ (window).deltatickLab.a.conditions.freeze(1600));
  await reads("#caption", /^Connected, but nothing comes/);
  await reads("#line-now", /^Connected, but nothing comes/);
  // A machine that stops for half a second is told of, too, and may do so just before.
  await told(page, /^Nothing came for (1\.[5-9]|[2-9]\.\d|\d\d+\.\d) s, then all of it/);
  await reads("#caption", /^All on/);
});

test("a cut of 5 s, amid two switches of the codec, shows the loss, the attempts, and the resume with what was missed", async () => {
  const who = await identity(page);
  // The second switch comes while the first one's connection is dialled, and the cut while the second's is.
  for (const key of ["KeyK", "KeyK", "KeyC"]) await page.keyboard.press(key);
  await page.waitForSelector("#pane-a.away");
  await reads("#line-now", /^Cut \d\.\d s ago: attempt \d/);
  await reads("#caption", /^The line is cut/);
  const story = await told(page, /^Cut: playing again/);
  const [, attempts, ticks, events, lost] =
    /(\d+) attempts?, (\d+) ticks missed, (\d+) events told again, (\d+) lost/.exec(story) ?? [];
  assert.ok(Number(attempts) >= 1, story);
  assert.ok(Number(ticks) >= 290, story);
  assert.ok(Number(events) >= 1, `what B said meanwhile is told: ${story}`);
  assert.equal(Number(lost), 0, story);
  const all = await happened(page);
  const order = ["drop", "dial", "open", "resume"].map((what) => all.lastIndexOf(what));
  assert.deepEqual(
    order,
    [...order].sort((x, y) => x - y),
    `${all}`,
  );
  assert.deepEqual(await identity(page), who);
  await page.waitForSelector("#pane-a:not(.away)");
  await reads("#caption", /^All on/);
  await reads("#line-now", /^Connected for/);
});

/** Who all three are: a session, a match and a seat each. @param {Page} page */
const identities = (page) =>
  page.evaluate(() => {
    const { a, b, truth } = /** @type {any} */ (window).deltatickLab;
    return [a, b, truth].map(({ net, room }) => [net.session, room.match, room.seat]);
  });

test("a reload, by the browser's key or the lab's button, goes on in the same sessions and seats, and tells of it", async () => {
  const who = await identities(page);
  await page.keyboard.press("KeyL");
  await page.waitForFunction(
    () => /** @type {any} */ (window).deltatickLab.a.net.lobby.state.settings.rewind === 0,
  );
  for (const reload of [() => page.reload(), () => page.click("#reload")]) {
    await Promise.all([page.waitForEvent("load"), reload()]);
    await told(page, /^Reloaded: playing again/);
    await running(page);
    assert.equal(
      await page.isChecked("#toggle-rewind"),
      false,
      "a setting of the match is as it was",
    );
    assert.deepEqual(await identities(page), who);
    assert.ok((await happened(page)).includes("reload"));
  }
});

test("a reload after the server has given the seat away begins a new match, and says why", async () => {
  const [[, match]] = await identities(page);
  // What the tab knows of its sessions is no session of this server, as after its grace.
  await page.evaluate(() => {
    addEventListener("pagehide", () => {
      for (const key of Object.keys(sessionStorage))
        if (/^deltatick\.tab\.lab\.(A|B|Truth)/.test(key)) sessionStorage.removeItem(key);
    });
  });
  await page.reload();
  await running(page);
  assert.match((await page.locator("#story").textContent()) ?? "", /no longer kept A's seat/);
  const [[, next]] = await identities(page);
  assert.notEqual(next, match);
});

test("a key takes the helm, and a ghost leaves the picture by its key", async () => {
  await page.keyboard.down("KeyW");
  assert.equal(await page.inputValue("#flies"), "you");
  await page.waitForFunction(() => {
    const { truth, a } = /** @type {any} */ (window).deltatickLab;
    return truth.room.state.tables.ships.get(a.ownId)?.thrust;
  });
  await page.keyboard.up("KeyW");
  await page.keyboard.press("Digit2");
  assert.equal(await page.isChecked("#ghost-newest"), false);
});

test("the graph lies over the game at a key, with the same figures", async () => {
  const player = await visitors.visit("player", "#name=Amelia");
  await createArena(player);
  await player.keyboard.press("KeyG");
  await player.waitForSelector("#graph-overlay:not([hidden]) canvas");
  await player.waitForFunction(() =>
    /ms/.test(document.querySelector('#graph-overlay [data-figure="tick"]')?.textContent ?? ""),
  );
  assert.match(
    (await player.locator('#graph-overlay [data-figure="codec"]').textContent()) ?? "",
    /packed/,
  );
  await player.keyboard.press("KeyG");
  await player.waitForSelector("#graph-overlay", { state: "hidden" });
});

test("a network in the address that is none is said, in the game's page and in the lab", async () => {
  const player = await visitors.visit("mistyped", "?net=1x,3");
  const said = /^\?net= in the address is not used: 1x,3 is no round trip/;
  await player.locator("#toasts .toast.bad").filter({ hasText: said }).waitFor();
  await player.goto(`${server.url}/lab.html?net=1x,3`);
  await player.locator("#start-text").filter({ hasText: said }).waitFor();
  await player.click("#start-button");
  await running(player);
  await player.locator("#story li span").filter({ hasText: said }).waitFor();
  await player.context().close();
});

test("no page met an error, a warning, or something its policy forbids", () => {
  visitors.assertNoFaults();
});
