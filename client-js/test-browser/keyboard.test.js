import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { inMatch, placeOf, sees, shipOn, turns } from "./support/match.js";
import { startServer } from "./support/server.js";

/** @typedef {import("playwright-core").Page} Page */

const MOST_TABS = 40;

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

test("a match is found, played and left with the keyboard alone", async () => {
  const page = await visitors.visit("keys", "#name=Keys");
  await page.waitForSelector("#home:not([hidden])");
  await tabTo(page, "#quick-play");
  await page.keyboard.press("Enter");
  await inMatch(page);
  await flies(page);

  await page.keyboard.press("Escape");
  await page.waitForSelector("#menu[open]");
  assert.equal(await focused(page, "#menu-close"), true, "the menu begins with the way back");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#menu", { state: "hidden" });
  await flies(page);

  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#menu", { state: "hidden" });
  await page.keyboard.press("Escape");
  await tabTo(page, "#menu-leave");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#home:not([hidden])");
  await page.context().close();
});

test("a lobby is made, talked in, and played to a rematch with the keyboard alone", async () => {
  const page = await visitors.visit("host", "#name=Keys");
  await page.waitForSelector("#home:not([hidden])");
  await tabTo(page, "#create-open");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#create[open]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#create", { state: "hidden" });
  assert.equal(await focused(page, "#create-open"), true, "a closed dialog gives the focus back");
  await page.keyboard.press("Enter");
  await tabTo(page, '#create [name="set:seconds"]');
  await page.keyboard.type("10");
  await tabTo(page, '#create button[type="submit"]');
  await page.keyboard.press("Enter");
  await page.waitForSelector("#lobby:not([hidden])");

  await tabTo(page, "#chat-text");
  await page.keyboard.type("hello");
  await page.keyboard.press("Enter");
  await page.locator(".said", { hasText: "hello" }).waitFor();
  await tabTo(page, ".room-actions .primary");
  await page.keyboard.press("Enter");
  await inMatch(page);

  await page.waitForSelector("#results:not([hidden])", { timeout: 60_000 });
  await page.setViewportSize({ width: 844, height: 390 });
  const way = await page.locator("#results .primary").boundingBox();
  assert.ok(way && way.y >= 0 && way.y + way.height <= 390, "in reach on a phone held flat");
  await tabTo(page, "#results .primary");
  const { match } = await placeOf(page);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#results", { state: "hidden" });
  await inMatch(page);
  assert.notEqual((await placeOf(page)).match, match);
  await page.context().close();
});

test("everything that can be pressed has a name, in every view", async () => {
  const page = await visitors.visit("names", "#name=Names");
  await page.waitForSelector("#home:not([hidden])");
  await allNamed(page, "home");
  await page.click("#create-open");
  await page.locator("#create form").waitFor();
  await allNamed(page, "create");
  await page.click('#create button[type="submit"]');
  await page.waitForSelector("#lobby:not([hidden])");
  await page.locator("#lobby .stepper").nth(1).waitFor();
  await allNamed(page, "lobby");
  await page.click("text=Start match");
  await inMatch(page);
  await allNamed(page, "match");
  await page.keyboard.press("Escape");
  await allNamed(page, "menu");
  await page.context().close();
});

test("nothing went wrong in any page", () => visitors.assertNoFaults());

/**
 * Presses Tab until this has the focus, which has to be seen on everything on the way.
 * @param {Page} page @param {string} selector
 */
async function tabTo(page, selector) {
  for (let presses = 0; presses < MOST_TABS; presses++) {
    if (await focused(page, selector)) return;
    await page.keyboard.press("Tab");
    const unseen = await page.evaluate(() => {
      const node = document.activeElement;
      if (!node || node === document.body) return "";
      const { outlineStyle, outlineWidth } = getComputedStyle(node);
      return outlineStyle === "none" || outlineWidth === "0px" ? node.outerHTML : "";
    });
    assert.equal(unseen, "", "the focus is seen");
  }
  assert.fail(`${MOST_TABS} tabs do not lead to ${selector}`);
}

/** @param {Page} page @param {string} selector */
const focused = (page, selector) =>
  page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);

/** Flies a curve: keys that reach the game and no button. @param {Page} page */
async function flies(page) {
  const { ship } = await placeOf(page);
  await atRestOrFlying(page, ship);
  const from = (await shipOn(page, ship)).newest;
  await page.keyboard.down("KeyD");
  await turns(page, ship, from.heading);
  await page.keyboard.up("KeyD");
  await page.keyboard.down("ArrowUp");
  await sees(page, ship, from, 20);
  await page.keyboard.up("ArrowUp");
}

/** Bots may just have shot it. @param {Page} page @param {number} id */
const atRestOrFlying = (page, id) =>
  page.waitForFunction(
    (ship) => /** @type {any} */ (window).deltatick.room.state.tables.ships.get(ship)?.alive,
    id,
  );

/**
 * Controls on the screen without a name for those who do not see them.
 * @param {Page} page @param {string} view for messages
 */
async function allNamed(page, view) {
  const nameless = await page.evaluate(() => {
    const scope = document.querySelector("dialog[open]") ?? document.body;
    const controls = [...scope.querySelectorAll("button, input, select, a, [tabindex='0']")];
    const named = (/** @type {any} */ node) =>
      node.getAttribute("aria-label") ||
      node.getAttribute("aria-labelledby") ||
      [...(node.labels ?? [])].some((label) => label.textContent.trim()) ||
      (node.tagName !== "INPUT" && node.tagName !== "SELECT" && node.textContent.trim());
    const shown = controls.filter((node) => node.checkVisibility());
    return {
      count: shown.length,
      nameless: shown.filter((n) => !named(n)).map((n) => n.outerHTML),
    };
  });
  assert.ok(nameless.count > 2, `${view} has controls`);
  assert.deepEqual(nameless.nameless, [], view);
}
