import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.js";
import { atRest, createArena, placeOf, sees, shipOn } from "./support/match.js";
import { startProxy } from "./support/proxy.js";
import { startServer } from "./support/server.js";

// The arena behind proxies that let no WebSocket through.

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  server = await startServer();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const buffers of [false, true]) {
  const how = buffers ? ", nor a streamed answer" : "";
  test(`where no WebSocket gets through${how}, the arena is played over HTTP`, async () => {
    const proxy = await startProxy(server.url, { buffers });
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(proxy.url);
    await page.locator("text=over HTTP").waitFor();
    assert.ok(proxy.refused() > 0, "a WebSocket was tried first");
    await createArena(page);
    const { ship } = await placeOf(page);
    await atRest(page, ship);
    const from = (await shipOn(page, ship)).newest;
    await page.keyboard.down("KeyW");
    await sees(page, ship, from, 20);
    await page.keyboard.up("KeyW");
    const { desyncs } = await placeOf(page);
    assert.equal(desyncs, 0);
    await context.close();
    await proxy.stop();
  });
}
