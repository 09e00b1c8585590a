import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cameraFor } from "../page/camera.js";
import { launch, Visitors } from "./support/browser.js";
import { inMatch, placeOf } from "./support/match.js";
import { startServer } from "./support/server.js";
import { startWire } from "./support/wire.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;

before(async () => {
  server = await startServer();
  browser = await launch();
  visitors = new Visitors(browser, server.url);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("two clicks from an empty server to flying among bots", async () => {
  const page = await visitors.visit("guest");
  await page.fill("#name", "Quick");
  await page.click("#quick-play");
  await inMatch(page);
  const { seat, ship } = await placeOf(page);
  assert.ok(seat > 0 && ship > 0);
  const ships = await page.evaluate(
    () => /** @type {any} */ (window).deltatick.room.state.tables.ships.size,
  );
  assert.ok(ships > 1, "there is company");
  const name = await page.evaluate(() => /** @type {any} */ (window).deltatick.net.name);
  assert.equal(name, "Quick");

  const second = await visitors.visit("second");
  await second.click("#quick-play");
  await inMatch(second);
  assert.equal(
    (await placeOf(second)).match,
    (await placeOf(page)).match,
    "joins the one there is",
  );
  await Promise.all([page.context().close(), second.context().close()]);
});

test("a duplicated tab takes the session over, and the first can take it back", async () => {
  const first = await visitors.visit("first");
  await first.click("#quick-play");
  await inMatch(first);
  const before = await placeOf(first);

  // What a browser's "duplicate tab" does: a new tab with a copy of the session storage.
  const kept = await first.evaluate(() => ({ ...sessionStorage }));
  const twin = await first.context().newPage();
  visitors.watch("twin", twin);
  await twin.addInitScript((entries) => {
    if (sessionStorage.length === 0) Object.assign(sessionStorage, entries);
  }, kept);
  await twin.goto(server.url);
  await inMatch(twin);
  assert.deepEqual(identity(await placeOf(twin)), identity(before));

  const notice = first.locator("#notice");
  await notice.waitFor({ state: "visible" });
  assert.match(await text(notice), /open in another tab/);
  await first.click("text=Take it back here");
  await inMatch(first);
  assert.deepEqual(identity(await placeOf(first)), identity(before));
  await twin.locator("#notice").waitFor({ state: "visible" });
  assert.match(await text(twin.locator("#notice")), /open in another tab/);
  await first.context().close();
});

test("a refused resume is said plainly and followed by a fresh session", async () => {
  const page = await visitors.visit("stale");
  await page.waitForSelector('#link-state[data-state="open"]');
  const user = await page.evaluate(() => /** @type {any} */ (window).deltatick.net.user);
  await page.evaluate(() => {
    window.addEventListener("pagehide", () => {
      for (const key of Object.keys(sessionStorage)) sessionStorage.setItem(key, "not a token");
    });
  });
  await page.reload();
  await page.locator(".toast", { hasText: "refused" }).waitFor();
  await page.waitForSelector('#link-state[data-state="open"]');
  const now = await page.evaluate(() => /** @type {any} */ (window).deltatick.net.user);
  assert.notEqual(now, user);
  assert.equal(await page.locator("#home").isVisible(), true);
  await page.context().close();
});

test("a seat lost by being away too long is said plainly, and the way back is offered", async () => {
  const strict = await startServer(["-grace", "1s"]);
  const wire = await startWire(strict.url);
  try {
    // Faults are expected here: a browser complains of every dial that fails.
    const page = await new Visitors(browser, wire.url).visit("late");
    await page.click("#quick-play");
    await inMatch(page);
    const before = await placeOf(page);
    wire.cut();
    await page.locator("#down", { hasText: "if the server is still there" }).waitFor();
    await new Promise((resolve) => setTimeout(resolve, 2500)); // the grace period, as the server's clock has it
    wire.mend();
    await page.locator("#notice", { hasText: "Your session has ended" }).waitFor();
    await page.click("#notice button");
    await page.waitForSelector('#link-state[data-state="open"]', { state: "attached" });
    assert.notEqual(
      await page.evaluate(() => /** @type {any} */ (window).deltatick.net.user),
      before.user,
    );
    await page.context().close();
  } finally {
    wire.stop();
    await strict.stop();
  }
});

test("everything up to flying works from the keyboard alone", async () => {
  const page = await visitors.visit("keys");
  await page.waitForSelector("#home:not([hidden])");
  const reached = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement?.id));
  }
  for (const id of ["name", "quick-play", "code", "create-open"])
    assert.ok(reached.includes(id), `${id}: ${reached}`);
  await page.focus("#quick-play");
  await page.keyboard.press("Enter");
  await inMatch(page);
  await page.keyboard.press("KeyN");
  assert.equal(await page.locator("#net").isVisible(), true);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#menu").isVisible(), true);
  await page.focus("#menu-leave");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#home:not([hidden])");
  assert.equal(new URL(page.url()).hash, "", "the address invites nobody any more");
});

test("the scores stand clear of the field's upper border", async () => {
  const insets = { top: 52, right: 6, bottom: 54, left: 6 };
  const field = { width: 1600, height: 900 };
  const page = await visitors.visit("border");
  await page.click("#quick-play");
  await inMatch(page);
  for (const [width, height] of /** @type {const} */ ([
    [1280, 720], // the border is as high up as it can be
    [1100, 700], // a little lower, where the first line would be
    [1000, 1300], // below all of the lines
  ])) {
    await page.setViewportSize({ width, height });
    const border = cameraFor({ width, height, ...insets }, field, { x: 0, y: 0 }, 0).y;
    await page.waitForFunction((y) => {
      const scores = document.getElementById("scores")?.getBoundingClientRect();
      return scores?.height && (scores.top > y + 4 || scores.bottom < y - 4);
    }, border);
  }
  await page.context().close();
});

test("with less motion asked for, the start page stands still", async () => {
  const picture = (/** @type {import("playwright-core").Page} */ page) =>
    page.evaluate(async () => {
      const sky = /** @type {HTMLCanvasElement} */ (document.getElementById("sky"));
      const one = sky.toDataURL();
      await new Promise((resolve) => setTimeout(resolve, 400));
      return one === sky.toDataURL();
    });
  for (const [reducedMotion, still] of /** @type {const} */ ([
    ["reduce", true],
    ["no-preference", false],
  ])) {
    const page = await visitors.visit(reducedMotion, "", { reducedMotion });
    await page.waitForSelector("#home:not([hidden])");
    assert.equal(await picture(page), still);
    await page.context().close();
  }
});

test("nothing went wrong in any page", () => visitors.assertNoFaults());

/** @param {import("./support/match.js").Place} place */
function identity({ match, seat, user, ship }) {
  return { match, seat, user, ship };
}

/** @param {import("playwright-core").Locator} locator */
async function text(locator) {
  return (await locator.textContent()) ?? "";
}
