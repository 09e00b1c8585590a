import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { startServer } from "./support/server.js";

// The client in a page without modules.

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

test("a page with a classic script connects and plays", async () => {
  const visitors = new Visitors(browser, server.url);
  const page = await browser.newPage();
  visitors.watch("Ada", page);
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  // Something of the server's that is no page of its own, under the content policy of its pages.
  await page.goto(`${server.url}/client.js`);
  await page.addScriptTag({ url: "/client.js" });
  const played = await page.evaluate(async () => {
    const { connect } = /** @type {any} */ (window).deltatick;
    const net = connect({ name: "Ada" });
    await net.ready;
    const entered = new Promise((resolve) => net.on("room", resolve));
    await net.lobby.create({ game: "arena", private: true });
    await net.lobby.start();
    const room = await entered;
    await room.ready;
    const { codec } = net;
    const ships = room.view().ships.length;
    net.close();
    return { codec, ships };
  });
  assert.equal(played.codec, "packed");
  assert.ok(played.ships > 0);
  visitors.assertNoFaults();
});
