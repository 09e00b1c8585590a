import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.js";
import { startServer } from "./support/server.js";

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

test("under the strictest policy two clients of one page meet in a match, and nothing is reported", async () => {
  // The page is not the server's own, so to Chromium the server is in another network.
  const context = await browser.newContext({ permissions: ["local-network-access"] });
  const page = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  const policy =
    "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
  await page.route("**/strict", (route) =>
    route.fulfill({
      contentType: "text/html",
      headers: { "content-security-policy": policy },
      body: '<!doctype html><title>strict</title><script type="module" src="/strict.mjs"></script>',
    }),
  );
  await page.route("**/strict.mjs", (route) =>
    route.fulfill({
      contentType: "text/javascript",
      body: `
        import { connect } from "/client.mjs";
        const violations = [];
        addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective));
        const nets = ["Ada", "Bob"].map((name) => connect({ name }));
        const ada = await nets[0].joinOrCreate("swarm");
        const bob = await nets[1].joinOrCreate("swarm");
        await bob.predictSpawns({ table: Object.keys(bob.state.tables)[0], mine: () => false });
        ada.view();
        window.met = { same: ada.match === bob.match, seats: [ada.seat, bob.seat], codec: nets[0].codec, violations };
      `,
    }),
  );
  await page.goto(`${server.url}/strict`);
  await page.waitForFunction(() => "met" in window);
  const met = await page.evaluate(() => /** @type {any} */ (window).met);
  assert.deepEqual(met, { same: true, seats: [1, 2], codec: "packed", violations: [] });
  assert.deepEqual(faults, []);
  await context.close();
});
