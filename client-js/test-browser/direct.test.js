import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { inMatch, placeOf } from "./support/match.js";
import { startFleet } from "./support/server.js";

// The page of a service of two nodes: one has the lobbies, and the match comes straight from the other.

/** @type {Awaited<ReturnType<typeof startFleet>>} */
let fleet;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  fleet = await startFleet();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await fleet?.stop();
});

test("while the lobby's line alone is lost the match goes on, and nothing says that it does not", async () => {
  const visitors = new Visitors(browser, fleet.url);
  const page = await visitors.visit("ada", "#name=Ada");
  await page.waitForSelector("#home:not([hidden])");
  await page.evaluate(createdAndStarted);
  await inMatch(page);
  await page.waitForFunction(() => /** @type {any} */ (window).deltatick.net.stats.direct > 0);
  const before = await placeOf(page);
  const shown = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const { net } = /** @type {any} */ (window).deltatick;
        const down = /** @type {HTMLElement} */ (document.getElementById("down"));
        let shown = 0;
        new MutationObserver(() => {
          if (!down.hidden) shown++;
        }).observe(down, { attributes: true });
        let lost = false;
        net.on("status", (/** @type {any} */ { state }) => {
          lost ||= state !== "open";
          if (lost && state === "open") setTimeout(() => resolve(shown), 0); // what observes is called first
        });
        net.cut();
      }),
  );
  assert.equal(shown, 0);
  const now = await placeOf(page);
  assert.ok(now.tick > before.tick);
  assert.deepEqual([now.match, now.seat, now.ship], [before.match, before.seat, before.ship]);
  visitors.assertNoFaults();

  await page.context().setOffline(true); // both
  await page.locator("#down:not([hidden])").waitFor();
  await page.context().setOffline(false);
  await page.locator("#down").waitFor({ state: "hidden" });
  await page.context().close();
});

/** The lobby's node hears of the other's room for matches some time after both are up. */
async function createdAndStarted() {
  const { lobby } = /** @type {any} */ (window).deltatick.net;
  await lobby.create({
    game: "arena",
    private: true,
    settings: { bots: 0, limit: 0, seconds: 600 },
  });
  for (let tries = 50; ; tries--) {
    try {
      return await lobby.start();
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((again) => setTimeout(again, 100));
    }
  }
}
