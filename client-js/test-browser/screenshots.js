/**
 * Takes the pictures of the page anew: `npm run screenshots` writes those of docs/images, and `npm run screenshots -- FOLDER`
 * writes into a folder every view at every size, for looking over what was changed.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, Visitors } from "./support/browser.js";
import { inMatch } from "./support/match.js";
import { startServer } from "./support/server.js";

const DOCS = fileURLToPath(new URL("../../docs/images", import.meta.url));
const DESKTOP = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 };
const FINE = { ...DESKTOP, deviceScaleFactor: 2 };
const PORTRAIT = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
const LANDSCAPE = { ...PORTRAIT, viewport: { width: 844, height: 390 } };
const SETTLED = 13_000; // ms into a match: the warm-up is over, shots fly, somebody has scored
const ROUND = 20; // seconds, in which somebody scores

const folder = process.argv[2];
await mkdir(folder ?? DOCS, { recursive: true });
const server = await startServer();
const browser = await launch();
const visitors = new Visitors(browser, server.url);
try {
  if (folder) await everything(folder);
  else await forDocs(DOCS);
} finally {
  await browser.close();
  await server.stop();
}
visitors.assertNoFaults();

/** The two pictures in the README. @param {string} into */
async function forDocs(into) {
  const host = await visitors.visit("host", "#name=Vivid%20Harrier", DESKTOP);
  const guest = await visitors.visit("guest", "#name=Quiet%20Raven", DESKTOP);
  await lobbyWithChat(host, guest);
  await host.screenshot({ path: join(into, "lobby.png") });
  await host.click("text=Start match");
  await inMatch(host);
  await host.waitForTimeout(SETTLED);
  await steer(host);
  await host.screenshot({ path: join(into, "arena.png") });
}

/** Home, lobby, match and results on a desk and on a phone. @param {string} into */
async function everything(into) {
  const sizes = { desktop: DESKTOP, fine: FINE, portrait: PORTRAIT, landscape: LANDSCAPE };
  for (const [size, options] of Object.entries(sizes)) {
    const shot = (/** @type {string} */ name) => ({ path: join(into, `${name}-${size}.png`) });
    const host = await visitors.visit(size, "#name=Vivid%20Harrier", options);
    const guest = await visitors.visit(`${size}'s guest`, "#name=Quiet%20Raven", options);
    await host.waitForSelector("#home:not([hidden])");
    await host.screenshot(shot("home"));
    await host.click("#create-open");
    await host.locator('#create input[name="set:seconds"]').waitFor();
    await host.screenshot(shot("create"));
    await host.click("#create button[type=button]");
    await lobbyWithChat(host, guest);
    await host.screenshot(shot("lobby"));
    await host.click("text=Start match");
    await inMatch(host);
    await host.waitForTimeout(1500);
    await host.screenshot(shot("warm-up"));
    await host.waitForTimeout(SETTLED);
    await steer(host);
    await host.screenshot(shot("match"));
    await host.click("#match-menu");
    await host.screenshot(shot("menu"));
    await host.click("#menu-close");
    await host.waitForSelector("#results:not([hidden])", { timeout: 60_000 });
    await host.screenshot(shot("results"));
    await host.getByRole("button", { name: "To the lobby" }).click();
    await host.waitForSelector("#lobby:not([hidden])");
    await host.screenshot(shot("lobby-after"));
    await host.context().close();
    await guest.context().close();
  }
}

/**
 * A short round with eight ships, two people and something said.
 * @param {import("playwright-core").Page} host
 * @param {import("playwright-core").Page} guest
 */
async function lobbyWithChat(host, guest) {
  await host.click("#create-open");
  await host.locator('#create input[name="set:seconds"]').fill(String(ROUND));
  await host.locator('#create input[name="set:bots"]').fill("8");
  await host.click('#create button[type="submit"]');
  await host.waitForSelector("#lobby:not([hidden])");
  await guest.goto(host.url());
  await guest.waitForSelector("#lobby:not([hidden])");
  await say(guest, "hello! ready when you are");
  await say(host, "two more bots, then we go");
  await host.locator(".said", { hasText: "two more bots" }).waitFor();
}

/** @param {import("playwright-core").Page} page @param {string} text */
async function say(page, text) {
  await page.fill("#chat-text", text);
  await page.press("#chat-text", "Enter");
}

/** Flies a curve and fires, so that one's own ship is at work in the picture. @param {import("playwright-core").Page} page */
async function steer(page) {
  await page.keyboard.down("KeyW");
  await page.keyboard.down("Space");
  await page.keyboard.down("KeyD");
  await page.waitForTimeout(500);
  await page.keyboard.up("KeyD");
  await page.waitForTimeout(300);
}
