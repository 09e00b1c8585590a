import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { inMatch, placeOf, turns } from "./support/match.js";
import { startServer } from "./support/server.js";

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

test("from the address to a ship of one's own it takes two clicks at most", async () => {
  const page = await visitors.visit("clicks");
  await page.evaluate(() => {
    const counted = /** @type {any} */ (window);
    counted.clicks = 0;
    addEventListener("click", () => counted.clicks++, { capture: true });
  });
  await page.click("#quick-play");
  await inMatch(page);
  const { ship } = await placeOf(page);
  assert.ok(ship > 0);
  const clicks = await page.evaluate(() => /** @type {any} */ (window).clicks);
  assert.ok(clicks >= 1 && clicks <= 2, `${clicks} clicks`);
  await page.context().close();
});

test("no sound is made until it is chosen; M and the button choose, and the choice is kept", async () => {
  const page = await visitors.visit("ears");
  await page.addInitScript(() => {
    const heard = /** @type {any} */ (window);
    heard.contexts = [];
    const Real = AudioContext;
    heard.AudioContext = class extends Real {
      constructor(/** @type {any} */ options) {
        super(options);
        heard.contexts.push(this);
      }
    };
  });
  await page.reload();
  await page.click("#quick-play");
  await inMatch(page);
  const button = page.locator("#sound-toggle");
  const contexts = () =>
    page.evaluate(() =>
      /** @type {any} */ (window).contexts.map((/** @type {any} */ c) => c.state),
    );
  await page.keyboard.press("Space");
  assert.deepEqual(await contexts(), []);
  assert.equal(await button.getAttribute("aria-pressed"), "false");

  await page.keyboard.press("KeyM");
  await page.locator('#sound-toggle[aria-pressed="true"]').waitFor();
  await page.waitForFunction(() => /** @type {any} */ (window).contexts[0]?.state === "running");
  await button.click();
  await page.locator('#sound-toggle[aria-pressed="false"]').waitFor();
  await page.waitForFunction(() => /** @type {any} */ (window).contexts[0].state === "suspended");
  await button.click();
  await page.locator('#sound-toggle[aria-pressed="true"]').waitFor();

  await page.reload();
  await inMatch(page);
  assert.equal(await button.getAttribute("aria-pressed"), "true", "remembered");
  await page.keyboard.press("KeyA");
  await page.waitForFunction(() => /** @type {any} */ (window).contexts[0]?.state === "running");
  await page.context().close();
});

test("a gamepad that is plugged in during a match steers and fires, and opens the menu", async () => {
  const page = await visitors.visit("pad");
  await page.click("#quick-play");
  await inMatch(page);
  const { ship } = await placeOf(page);
  await page.waitForFunction(
    (id) => /** @type {any} */ (window).deltatick.room.state.tables.ships.get(id)?.alive,
    ship,
  );
  const heading = await page.evaluate((id) => {
    const row = /** @type {any} */ (window).deltatick.room.state.tables.ships.get(id);
    const buttons = Array.from({ length: 17 }, () => ({ value: 0 }));
    buttons[7].value = 1;
    const aim = row.heading + 2.2;
    const axes = [Math.cos(aim) * 0.6, Math.sin(aim) * 0.6];
    const pad = { connected: true, mapping: "standard", timestamp: 1, axes, buttons };
    /** @type {any} */ (window).pad = pad;
    navigator.getGamepads = () => /** @type {any} */ ([pad]);
    return row.heading;
  }, ship);
  await turns(page, ship, heading);
  await page.waitForFunction((id) => {
    const { shots } = /** @type {any} */ (window).deltatick.room.state.tables;
    return [...shots.values()].some((/** @type {any} */ shot) => shot.owner === id);
  }, ship);
  await page.evaluate(() => {
    /** @type {any} */ (window).pad.buttons[9].value = 1;
  });
  await page.waitForSelector("#menu[open]");
  await page.context().close();
});

test("the host adds bots while the match runs", async () => {
  const page = await visitors.visit("host");
  await page.click("#create-open");
  await page.locator('#create input[name="set:bots"]').fill("2");
  await page.click('#create button[type="submit"]');
  await page.click("text=Start match");
  await inMatch(page);
  const ships = (/** @type {number} */ count) =>
    page.waitForFunction(
      (wanted) => /** @type {any} */ (window).deltatick.room.state.tables.ships.size === wanted,
      count,
    );
  await ships(2);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "+4 bots" }).click();
  await ships(6);
  await page.getByRole("button", { name: "No bots" }).click();
  await ships(1);
  await page.context().close();
});

test("a page that gets no connection says so, and comes in once it can", async () => {
  const full = await startServer(["-max-sessions", "1", "-grace", "1s"]);
  try {
    // Faults are expected here: a browser complains of every dial that is refused.
    const guests = new Visitors(browser, full.url);
    const first = await guests.visit("first");
    await first.waitForSelector("#home:not([hidden])");
    const second = await guests.visit("second");
    await second.locator("#loading-title", { hasText: "The server is full" }).waitFor();
    assert.equal(await second.locator("#home").isVisible(), false);
    await first.evaluate(() => /** @type {any} */ (window).deltatick.net.close());
    await first.context().close();
    await second.evaluate(() => {
      // Its own next try may have led in by now.
      const again = document.getElementById("loading-again");
      if (again?.checkVisibility()) again.click();
    });
    await second.waitForSelector("#home:not([hidden])");
    await second.context().close();
  } finally {
    await full.stop();
  }
});

test("nothing went wrong in any page", () => visitors.assertNoFaults());
