import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { inMatch, placeOf } from "./support/match.js";
import { startServer } from "./support/server.js";
import { startWire } from "./support/wire.js";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** The guest's way to the server. @type {Awaited<ReturnType<typeof startWire>>} */
let wire;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;
/** @type {Page} */
let host;
/** @type {Page} */
let guest;

before(async () => {
  server = await startServer();
  wire = await startWire(server.url);
  browser = await launch();
  visitors = new Visitors(browser, server.url);
  host = await visitors.visit("host", "#name=Hedy", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await host.click("#create-open");
  await host.selectOption('#create select[name="start"]', "ready");
  await host.click('#create button[type="submit"]');
  await host.waitForSelector("#lobby:not([hidden])");
});

after(async () => {
  await browser?.close();
  wire?.stop();
  await server?.stop();
});

test("the copied link brings a guest into the lobby", async () => {
  await host.getByRole("button", { name: "Copy link" }).click();
  await host.locator(".toast", { hasText: "Link copied" }).waitFor();
  const link = await host.evaluate(() => navigator.clipboard.readText());
  const far = new Visitors(browser, wire.url);
  guest = await far.visit("guest", `${new URL(link).hash}&name=Guy`);
  await guest.locator("#lobby h1", { hasText: "Hedy" }).waitFor();
  await host.locator(".members li", { hasText: "Guy" }).waitFor();
});

test("a reload keeps the lobby, the host, who is ready, and what was said", async () => {
  await host.fill("#chat-text", "hello");
  await host.press("#chat-text", "Enter");
  await guest.locator(".said", { hasText: "hello" }).waitFor();
  await comesBack(host);
  await guest.getByRole("button", { name: "Ready", exact: true }).click();
  await host.locator(".members li", { hasText: "Guy" }).locator("text=✓ Ready").waitFor();
  await comesBack(guest);
  for (const page of [host, guest]) {
    await page.locator(".members li", { hasText: "Guy" }).locator("text=✓ Ready").waitFor();
    await page.locator(".members li", { hasText: "Hedy" }).locator("text=★ Host").waitFor();
    assert.equal(await page.locator(".members li").count(), 2, "nobody is there twice");
  }
});

/** @param {Page} page */
async function comesBack(page) {
  await page.reload();
  await page.waitForSelector("#lobby:not([hidden])");
  await page.locator(".said", { hasText: "hello" }).waitFor();
}

test("who watches is shown as that, and takes no seat", async () => {
  const eve = await visitors.visit("eve", "#name=Eve");
  await eve.getByRole("button", { name: /^Watch Hedy/ }).click();
  await eve.waitForSelector("#lobby:not([hidden])");
  await host.locator(".members li", { hasText: "Eve" }).locator("text=Watching").waitFor();
  assert.match((await host.locator(".members-panel .count").textContent()) ?? "", /^2 of/);
  assert.equal(await eve.getByRole("button", { name: "Ready", exact: true }).isVisible(), false);
  await eve.getByRole("button", { name: "Leave" }).click();
  await eve.waitForSelector("#home:not([hidden])");
  await eve.context().close();
});

test("who has lost the connection is shown as away, and as back", async () => {
  const row = host.locator(".members li", { hasText: "Guy" });
  // Not by Chromium's offline mode: that may leave a socket open which the page has closed, and the server hears its pongs.
  wire.cut();
  await row.locator("text=Away").waitFor();
  await guest.locator("#link-state", { hasText: "Reconnecting" }).waitFor();
  wire.mend();
  await row.locator("text=Away").waitFor({ state: "detached" });
  await guest.locator("#link-state", { hasText: "Online" }).waitFor();
});

test("a match that everyone is ready for takes both in, and a reload comes back to it", async () => {
  await host.getByRole("button", { name: "Ready", exact: true }).click();
  await Promise.all([inMatch(host), inMatch(guest)]);
  const before = await placeOf(host);
  await host.reload();
  await inMatch(host);
  assert.equal((await placeOf(host)).match, before.match);
  assert.equal((await placeOf(host)).seat, before.seat);
});
