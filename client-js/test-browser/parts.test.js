import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.js";
import { startServer } from "./support/server.js";

// Files of the client that load later and do not come.

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

/**
 * Connects and plays in a page that cannot have some of the files.
 * @param {string} part of their names
 * @param {number} times that they cannot be had
 */
async function playedWithout(part, times) {
  const page = await browser.newPage();
  let refused = 0;
  await page.route(`**/deltatick.min.${part}-*.mjs`, (route) => {
    if (refused === times) return route.continue();
    refused++;
    return route.abort();
  });
  await page.goto(`${server.url}/icon.svg`);
  const played = await page.evaluate(async () => {
    const { connect } = await import(/** @type {any} */ ("/client.mjs"));
    const net = connect({ name: "Ada" });
    /** @type {string[]} */
    const states = [];
    net.on("status", (/** @type {any} */ { state }) => states.push(state));
    await net.ready;
    const entered = new Promise((resolve) => net.on("room", resolve));
    await net.lobby.create({ game: "arena", private: true });
    await net.lobby.start();
    const room = await entered;
    await room.ready;
    const { codec } = net;
    const rows = room.view().ships.length;
    net.close();
    return { codec, rows, states };
  });
  await page.close();
  return { ...played, refused };
}

test("where the reader of packed bodies cannot be had, they come in mp", async () => {
  const { codec, rows, refused } = await playedWithout("decoder", Number.POSITIVE_INFINITY);
  assert.ok(refused > 0);
  assert.equal(codec, "mp");
  assert.ok(rows > 0);
});

test("where lobby and presence cannot be had, it is tried again", async () => {
  // Asked for when it is dialled, and once more when the link has opened if it was refused by then: more often than one dial does.
  const { codec, rows, refused, states } = await playedWithout("social", 3);
  assert.equal(refused, 3);
  assert.equal(codec, "packed");
  assert.ok(rows > 0);
  assert.ok(states.includes("waiting"), `${states}`);
});
