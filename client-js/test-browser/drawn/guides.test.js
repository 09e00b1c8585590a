import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../support/browser.js";
import { fairRun, unusedInputs } from "../support/fair.js";
import { startCoins } from "../support/server.js";

// The pages of docs/guides/first-game.md, each in two windows.

/** @typedef {import("playwright-core").Page} Page */

/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Both players in a match, and what their pages broke. @param {string} url */
async function twoWindows(url) {
  /** @type {string[]} */
  const faults = [];
  const pages = [];
  for (const name of ["Ann", "Bob"]) {
    const page = await browser.newPage();
    page.on("pageerror", (error) => faults.push(String(error.stack)));
    // What is written on the canvas in a frame can be read nowhere else.
    await page.addInitScript(() => {
      /** @type {Map<string, number>} */
      const drawn = new Map();
      Object.assign(window, { drawn });
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        drawn.set(text, x);
        fillText.call(this, text, x, y);
      };
    });
    await page.goto(`${url}/?name=${name}`);
    await page.waitForFunction(
      (who) => [.../** @type {any} */ (window).drawn.keys()].some((t) => t.includes(who)),
      name,
    );
    pages.push(page);
  }
  return { ann: pages[0], bob: pages[1], faults };
}

test("after the first half two windows play: what one does is seen in the other", async () => {
  const server = await startCoins("start");
  try {
    const { ann, bob, faults } = await twoWindows(server.url);
    await ann.bringToFront();
    await ann.keyboard.down("ArrowRight");
    await ann.waitForFunction(() => /** @type {any} */ (window).drawn.get("● Ann") > 300);
    await ann.keyboard.up("ArrowRight");
    await bob.bringToFront();
    await bob.waitForFunction(() => /** @type {any} */ (window).drawn.get("● Ann") > 300);
    assert.deepEqual(faults, []);
  } finally {
    await server.stop();
  }
});

test("in the end three coins win, own moves are predicted without a mistake, and another match begins", async () => {
  const server = await startCoins("finished");
  try {
    const { ann, bob, faults } = await twoWindows(server.url);
    const { wrong, ran } = await fairRun(
      async () => {
        const before = await unusedInputs(server.url);
        const seen = await wonByAnn(ann, bob);
        return { ...seen, unused: (await unusedInputs(server.url)) - before };
      },
      ({ unused }) => unused === 0,
    );
    assert.ok(ran > 60, `${ran} ticks`);
    assert.equal(wrong, 0);
    assert.deepEqual(faults, []);
  } finally {
    await server.stop();
  }
});

/**
 * Ann wins the match that is on, and the next one begins.
 * @param {Page} ann @param {Page} bob
 * @returns {Promise<{wrong: number, ran: number}>} of Ann's: wrong predictions, and the newest input's tick
 */
async function wonByAnn(ann, bob) {
  await ann.bringToFront();
  const match = await ann.evaluate(() => {
    // A player who always goes for the coin, by the keys that the page listens to.
    const press = (/** @type {string} */ key, /** @type {boolean} */ on) =>
      dispatchEvent(new KeyboardEvent(on ? "keydown" : "keyup", { key }));
    const { room, me } = /** @type {any} */ (window).coins;
    const off = room.on("snapshot", () => {
      const own = me.view();
      const [coin] = room.state.tables.coins.values();
      if (!own || !coin) return;
      press("ArrowRight", coin.x - own.x > 4);
      press("ArrowLeft", coin.x - own.x < -4);
      press("ArrowDown", coin.y - own.y > 4);
      press("ArrowUp", coin.y - own.y < -4);
      const { mispredictions: wrong, consumedTick: ran } = room.stats;
      Object.assign(window, { seen: { wrong, ran } });
    });
    room.on("exit", off);
    return room.match;
  });
  for (const page of [ann, bob]) {
    await page.bringToFront(); // only then has it frames
    await page.waitForFunction(() => document.getElementById("news")?.textContent === "Ann won");
    await page.waitForFunction(
      (over) => /** @type {any} */ (window).coins.room.match !== over,
      match,
    );
  }
  return ann.evaluate(() => /** @type {any} */ (window).seen);
}
