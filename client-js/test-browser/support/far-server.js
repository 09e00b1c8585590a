import { after, before } from "node:test";
import { launch, Visitors } from "./browser.js";
import { startServer } from "./server.js";
import { startSlowWire } from "./slow-wire.js";

/**
 * A server at the end of a long line, and a browser, for all tests of a file.
 * @param {number} delay each way, in milliseconds
 * @returns {() => Visitors} people who come over that line; for tests to call
 */
export function farServer(delay) {
  /** @type {Awaited<ReturnType<typeof startServer>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof startSlowWire>>} */
  let wire;
  /** @type {import("playwright-core").Browser} */
  let browser;

  before(async () => {
    server = await startServer();
    wire = await startSlowWire(server.url, delay);
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    wire?.stop();
    await server?.stop();
  });

  return () => new Visitors(browser, wire.url);
}
