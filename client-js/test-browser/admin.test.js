import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { startServer } from "./support/server.js";

const SECRET = "a secret of this test, long enough";

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "deltatick-admin-"));
  const file = join(folder, "secret");
  await writeFile(file, SECRET);
  server = await startServer(["-jwt-secret-file", file, "-guests"]);
  browser = await launch();
  visitors = new Visitors(browser, server.url);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A token of HS256. @param {string[]} roles */
function token(roles) {
  const part = (/** @type {any} */ is) => Buffer.from(JSON.stringify(is)).toString("base64url");
  const claims = { sub: "u-root", name: "Root", roles, exp: Math.floor(Date.now() / 1000) + 600 };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", SECRET).update(text).digest("base64url")}`;
}

/** @param {string} who @param {string[]} roles */
async function signIn(who, roles) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  visitors.watch(who, page);
  await page.goto(`${server.url}/admin`);
  await page.fill("#token", token(roles));
  await page.getByRole("button", { name: "Sign in" }).click();
  return page;
}

test("without the role the page shows nothing", async () => {
  const page = await signIn("nobody", ["player"]);
  await page.locator("#link", { hasText: "not the role" }).waitFor();
  assert.equal(await page.locator("main").isVisible(), false);
  assert.equal(await page.locator("#no-keys").isVisible(), false);
  await page.context().close();
});

test("an administrator sees matches and players live, and ends them", async () => {
  const player = await visitors.visit("player", "#name=<b>Ada</b>");
  const admin = await signIn("admin", ["admin"]);
  const session = admin.locator("#sessions tr", { hasText: "<b>Ada</b>" });
  await session.waitFor();

  await player.click("#create-open");
  await player.click('#create button[type="submit"]');
  await player.waitForSelector("#lobby:not([hidden])");
  const lobby = admin.locator("#lobbies tr", { hasText: "open" });
  await lobby.waitFor();
  await player.getByRole("button", { name: /start/i }).first().click();
  const playing = admin.locator("#lobbies tr", { hasText: "playing" });
  await playing.waitFor();
  await admin.locator("#sessions tr", { hasText: /\d+ ms/ }).waitFor();

  await playing.getByRole("button", { name: "End match" }).click();
  await playing.getByRole("button", { name: "End match: sure?" }).click();
  await lobby.waitFor();
  await lobby.getByRole("button", { name: "Close lobby" }).click();
  await lobby.getByRole("button", { name: "Close lobby: sure?" }).click();
  await lobby.waitFor({ state: "detached" });

  await session.getByRole("button", { name: "Kick" }).click();
  await session.getByRole("button", { name: "Kick: sure?" }).click();
  await session.waitFor({ state: "detached" });
  visitors.assertNoFaults();
});

test("a server without keys says so before anybody looks for a token", async () => {
  const open = await startServer();
  try {
    const page = await browser.newPage();
    await page.goto(`${open.url}/admin`);
    await page.locator("#no-keys", { hasText: "without keys" }).waitFor();
    await page.close();
  } finally {
    await open.stop();
  }
});
