import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { startServer } from "./support/server.js";
import { startWire } from "./support/wire.js";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof startWire>>} */
let wire;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;
/** @type {Page} */
let host;
let code = "";

before(async () => {
  server = await startServer();
  wire = await startWire(server.url);
  browser = await launch();
  visitors = new Visitors(browser, wire.url);
  host = await new Visitors(browser, server.url).visit("host", "#name=Hedy");
  await host.click("#create-open");
  await host.click('#create button[type="submit"]');
  await host.waitForSelector("#lobby:not([hidden])"); // before it there is a code in the page too, an empty one
  code = (await host.locator(".invite code").textContent()) ?? "";
  assert.match(code, /^[A-Z2-9]{6}$/);
});

after(async () => {
  await browser?.close();
  wire?.stop();
  await server?.stop();
});

/** @type {Record<string, {press: (page: Page) => Promise<void>, done: (page: Page, name: string) => Promise<void>}>} */
const actions = {
  Join: {
    press: (page) => page.locator("#lobbies").getByRole("button", { name: "Join" }).click(),
    done: (_, name) => host.locator(".members li", { hasText: name }).waitFor(),
  },
  Watch: {
    press: (page) => page.locator("#lobbies").getByRole("button", { name: "Watch" }).click(),
    done: (_, name) => host.locator("#lobby", { hasText: name }).waitFor(),
  },
  "Join by code": {
    press: (page) => page.click("text=Join by code"),
    done: (_, name) => host.locator(".members li", { hasText: name }).waitFor(),
  },
  "Create lobby": {
    press: (page) => page.click("#create-open"),
    done: async (page, name) => {
      const title = await page.locator('#create input[name="name"]').inputValue();
      assert.ok(title.startsWith(`${name}'s `), title);
      await page.click('#create button[type="submit"]');
      await page.locator(".members li", { hasText: name }).waitFor();
    },
  },
  "Quick play": {
    press: (page) => page.click("#quick-play"),
    done: (page, name) => page.locator("#scores li", { hasText: name }).waitFor(), // in a match of its own
  },
};

for (const [index, [button, { press, done }]] of Object.entries(actions).entries()) {
  test(`${button}, pressed right after typing a name, is done under that name`, async (t) => {
    const page = await visitors.visit(button);
    await page.locator("#lobbies li", { hasText: "Hedy" }).waitFor();
    await page.fill("#code", code);
    const name = `Newcomer ${index}`;
    await page.fill("#name", "");
    await page.locator("#name").pressSequentially(name);
    t.after(() => wire.release());
    wire.hold(); // however slow the new connection is
    await press(page);
    await page.waitForSelector('#link-state[data-state="connecting"]');
    assert.equal(await page.locator(".toast").count(), 0, "nothing is refused");
    wire.release();
    await page.waitForSelector("#lobby:not([hidden]), #match:not([hidden]), #create[open]");
    await done(page, name);
    assert.equal(await page.evaluate(() => /** @type {any} */ (window).deltatick.net.name), name);
    assert.equal(await page.locator(".toast.bad").count(), 0);
    await page.context().close();
  });
}

test("nothing went wrong in any page", () => visitors.assertNoFaults());

test("an action is not kept for ever when the new connection does not come", async (t) => {
  // Faults are expected here: a browser complains of every dial that fails.
  const page = await new Visitors(browser, wire.url).visit("stranded");
  await page.locator("#lobbies li", { hasText: "Hedy" }).waitFor();
  await page.fill("#name", "Stranded");
  t.after(() => wire.release());
  // Not over HTTP either, by a connection that the browser still has.
  wire.cut();
  wire.hold();
  wire.mend();
  await page.click("#create-open");
  await page.locator(".toast.bad", { hasText: "connection is down" }).waitFor();
  wire.release();
  await page.waitForSelector('#link-state[data-state="open"]');
  await page.click("#create-open");
  await page.waitForSelector("#create[open]");
  await page.context().close();
});
