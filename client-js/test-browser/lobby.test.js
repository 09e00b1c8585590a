import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { inMatch, placeOf } from "./support/match.js";
import { startServer } from "./support/server.js";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;
/** @type {Page} */
let host;
/** @type {Page} */
let guest;

before(async () => {
  server = await startServer();
  browser = await launch();
  visitors = new Visitors(browser, server.url);
  host = await visitors.visit("host", "#name=Hedy");
  guest = await visitors.visit("guest", "#name=Guy");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a new lobby appears in everyone's list, with live counts", async () => {
  await host.click("#create-open");
  await host.locator('#create input[name="name"]').fill("<b>Hedy's</b> place");
  await host.selectOption('#create select[name="start"]', "ready");
  await host.click('#create button[type="submit"]');
  await host.waitForSelector("#lobby:not([hidden])");

  const row = guest.locator("#lobbies li", { hasText: "<b>Hedy's</b> place" });
  await row.waitFor();
  assert.match(await text(row), /1 of 8 seats/);
  await row.getByRole("button", { name: "Join" }).click();
  await guest.waitForSelector("#lobby:not([hidden])");

  const third = await visitors.visit("third");
  await third.locator("#lobbies li", { hasText: "2 of 8 seats" }).waitFor();
  await third.context().close();
});

test("the host adds bots one by one, by fours, or to every seat, and everyone sees it", async () => {
  const bots = host.locator("#lobby .bots");
  const told = (/** @type {string} */ words) =>
    guest.locator("#lobby .vacant", { hasText: words }).waitFor();
  await bots.getByRole("button", { name: "No bots" }).click();
  await told("add bots");
  await bots.getByRole("button", { name: "+1 bot", exact: true }).click();
  await told("1 bot joins");
  await bots.getByRole("button", { name: "+4 bots" }).click();
  await told("5 bots join");
  await bots.getByRole("button", { name: "Fill seats" }).click();
  await told("6 bots join");
  assert.equal(await guest.locator("#lobby .bots").isVisible(), false, "only the host may");
});

test("who is in the lobby chats, sees who types, and reads what was said before", async () => {
  const [hosts, guests] = [host, guest].map((page) => page.locator("#lobby .chat"));
  await hosts.locator(".chat-notice", { hasText: "Guy joined" }).waitFor();
  await guests.locator("input").pressSequentially("hel");
  await hosts.locator(".chat-typing", { hasText: "Guy is typing" }).waitFor();
  await guests.locator("input").fill("<i>hello</i> there");
  await guests.locator("input").press("Enter");
  await hosts.locator(".said", { hasText: "Guy" }).locator("text=<i>hello</i> there").waitFor();
  await guests.locator(".said", { hasText: "Guy (you)" }).waitFor();
  await hosts.locator(".chat-typing:not(.on)").waitFor({ state: "attached" });
  assert.equal(await guests.locator("input").inputValue(), "");

  const late = await visitors.visit("late", new URL(host.url()).hash);
  await late.locator("#lobby .said", { hasText: "<i>hello</i> there" }).waitFor();
  await late.getByRole("button", { name: "Leave" }).click();
  await hosts.locator(".chat-notice", { hasText: "left" }).waitFor();
  await late.context().close();
  await host.getByRole("button", { name: "Mute Guy" }).click();
  await guests.locator("input:disabled").waitFor();
  await host.getByRole("button", { name: "Unmute Guy" }).click();
  await guests.locator("input:enabled").waitFor();
});

test("who came to watch takes a seat, and gives it up", async () => {
  const hash = new URL(host.url()).hash.replace("join", "watch");
  const late = await visitors.visit("late", `${hash}&name=Lou`);
  const lou = host.locator(".members li", { hasText: "Lou" });
  await lou.locator("text=Watching").waitFor();
  assert.equal(await late.getByRole("button", { name: "Ready", exact: true }).isVisible(), false);
  await late.getByRole("button", { name: "Take a seat" }).click();
  await host.locator(".count", { hasText: "3 of 8 seats" }).waitFor();
  assert.match(late.url(), /#join=/);
  await late.getByRole("button", { name: "Watch", exact: true }).click();
  await host.locator(".count", { hasText: "2 of 8 seats" }).waitFor();
  await lou.locator("text=Watching").waitFor();
  await late.getByRole("button", { name: "Leave" }).click();
  await late.waitForSelector("#home:not([hidden])");
  await late.context().close();
});

test("a host who reloads the page is waited for, and is host and ready as before", async () => {
  await host.getByRole("button", { name: "Ready", exact: true }).click();
  const hedy = guest.locator(".members li", { hasText: "Hedy" });
  await hedy.locator("text=Ready").waitFor();
  const { url } = server;
  await host.goto("about:blank"); // as long a reload as it takes
  await hedy.locator("text=Away").waitFor();
  await guest.getByRole("button", { name: "Ready", exact: true }).click();
  await guest.locator(".why", { hasText: "Waiting a moment for Hedy" }).waitFor();
  await host.goto(url);
  await Promise.all([inMatch(host), inMatch(guest)]);
  const hosts = await host.evaluate(() => {
    const { net } = /** @type {any} */ (window).deltatick;
    return net.lobby.state.host === net.user;
  });
  assert.ok(hosts);
  await leaveMatch(guest);
  await leaveMatch(host);
  await host.click("#create-open");
  await host.selectOption('#create select[name="start"]', "ready");
  await host.locator('#create input[name="set:bots"]').fill("8");
  await host.click('#create button[type="submit"]');
  await host.waitForSelector("#lobby:not([hidden])");
  await guest.goto(host.url());
  await guest.waitForSelector("#lobby:not([hidden])");
});

test("nothing lies over the options: the actions are beside them, or below at the end", async () => {
  for (const [width, height] of [
    [1280, 720],
    [844, 390],
    [390, 844],
  ]) {
    await host.setViewportSize({ width, height });
    const covered = await host.evaluate(() => {
      const pages = /** @type {Element} */ (document.querySelector("#pages"));
      pages.scrollTop = pages.scrollHeight;
      const [actions, options] = [".room-actions", ".options-panel"].map((which) =>
        /** @type {Element} */ (document.querySelector(which)).getBoundingClientRect(),
      );
      const reached = actions.top >= 0 && actions.bottom <= innerHeight;
      const apart = options.right <= actions.left || options.bottom <= actions.top;
      return !reached || !apart;
    });
    assert.equal(covered, false, `${width} x ${height}`);
  }
  await host.setViewportSize({ width: 1280, height: 720 });
});

test("when all are ready the match starts, and a leaver is back at the start page", async () => {
  await host.getByRole("button", { name: "Ready", exact: true }).click();
  await guest.locator(".members li", { hasText: "Hedy" }).locator("text=Ready").waitFor();
  await guest.getByRole("button", { name: "Ready", exact: true }).click();
  await Promise.all([inMatch(host), inMatch(guest)]);
  assert.equal((await placeOf(guest)).match, (await placeOf(host)).match);
  const ships = await host.evaluate(
    () => /** @type {any} */ (window).deltatick.room.state.tables.ships.size,
  );
  assert.equal(ships, 8);
  const hash = new URL(host.url()).hash.replace("join", "watch");
  const late = await visitors.visit("late", `${hash}&name=Lou`);
  await inMatch(late);
  assert.equal((await placeOf(late)).seat, 0);
  await late.click("#match-join");
  await late.waitForFunction(() => /** @type {any} */ (window).deltatick.room?.seat > 0);
  await inMatch(late);
  assert.notEqual((await placeOf(late)).ship, 0);
  assert.equal(await late.locator("#match-join").isVisible(), false);
  await leaveMatch(late);
  await late.context().close();
  await leaveMatch(guest);
  await leaveMatch(host);
});

test("a join code that is too short is refused in words", async () => {
  await guest.fill("#code", "abc");
  await guest.click("text=Join by code");
  const said = () =>
    guest.locator("#code").evaluate((field) => /** @type {any} */ (field).validationMessage);
  assert.equal(await said(), "A join code has 6 letters and digits.");
  await guest.fill("#code", "abcdef");
  assert.equal(await said(), "");
  await guest.fill("#code", "");
});

test("a private lobby is joined by its code alone, and the host can put someone out", async () => {
  await host.click("#create-open");
  await host.locator('#create input[name="private"]').check();
  await host.click('#create button[type="submit"]');
  await host.waitForSelector("#lobby:not([hidden])");
  const code = await text(host.locator(".invite code"));
  assert.equal(await guest.locator("#lobbies li").count(), 0);

  await guest.fill("#code", code.toLowerCase());
  await guest.click("text=Join by code");
  await guest.waitForSelector("#lobby:not([hidden])");
  await host.getByRole("button", { name: "Kick Guy" }).click();
  await guest.locator("#notice", { hasText: "removed you" }).waitFor();
  await guest.click("#notice button");
  await host.locator(".chat-notice", { hasText: "Guy was removed by the host" }).waitFor();
  await guest.fill("#code", code);
  await guest.click("text=Join by code");
  await guest.locator(".toast", { hasText: /You may come back in \d+ s/i }).waitFor();
  await guest.waitForSelector("#home:not([hidden])");
});

test("a swarm is shown, too, and steered by the keyboard where its setting says so", async () => {
  await host.click("text=Leave");
  await host.waitForSelector("#home:not([hidden])");
  await host.click("#create-open");
  await host.selectOption('#create select[name="game"]', "swarm");
  await host.check('#create input[name="set:steered"]');
  await host.click('#create button[type="submit"]');
  await host.click("text=Start match");
  await host.waitForFunction(() => {
    const { room } = /** @type {any} */ (window).deltatick;
    return document.body.dataset.view === "match" && room?.state.tables.entities?.size > 10;
  });
  assert.match(await text(host.locator("#clock-phase")), /entities/);
  // Its seat's entity, which stands until it is steered.
  const changed = (/** @type {number} */ units, /** @type {number} */ radians) =>
    host.waitForFunction(
      ([units, radians]) => {
        const at = /** @type {any} */ (window);
        const { x, y, angle } = at.deltatick.room.state.tables.entities.get(1);
        at.began ??= { x, y, angle };
        const turned = Math.acos(Math.cos(angle - at.began.angle));
        return Math.hypot(x - at.began.x, y - at.began.y) >= units && turned >= radians;
      },
      [units, radians],
    );
  await changed(0, 0);
  await host.keyboard.down("ArrowLeft");
  await changed(0, 2); // in more than half a second, after which an input that came once holds no more
  await host.keyboard.up("ArrowLeft");
  await host.keyboard.down("ArrowUp");
  await changed(50, 0);
  await host.keyboard.up("ArrowUp");
});

test("after a round there is a result, and a rematch takes everyone into the next one", async () => {
  await host.keyboard.press("Escape");
  await host.click("#menu-leave");
  await host.click("#create-open");
  await host.locator('#create input[name="set:seconds"]').fill("10");
  await host.click('#create button[type="submit"]');
  await host.waitForSelector("#lobby:not([hidden])");
  await guest.goto(host.url()); // the page is open: only its fragment changes, and it follows
  await guest.waitForSelector("#lobby:not([hidden])");
  await host.click("text=Start match");
  await Promise.all([inMatch(host), inMatch(guest)]);
  const { match } = await placeOf(host);

  for (const page of [host, guest])
    await page.waitForSelector("#results:not([hidden])", { timeout: 60_000 });
  assert.match(await text(host.locator("#results")), /Hedy/);
  await host.getByRole("button", { name: "Rematch" }).click();
  await guest.getByRole("button", { name: "Rematch (1 of 2)" }).click();
  for (const page of [host, guest]) await page.waitForSelector("#results", { state: "hidden" });
  await Promise.all([inMatch(host), inMatch(guest)]);
  const next = await placeOf(host);
  assert.notEqual(next.match, match);
  assert.equal((await placeOf(guest)).match, next.match);
});

test("nothing went wrong in any page", () => visitors.assertNoFaults());

/** @param {Page} page */
async function leaveMatch(page) {
  await page.keyboard.press("Escape");
  await page.click("#menu-leave");
  await page.waitForSelector("#home:not([hidden])");
}

/** @param {import("playwright-core").Locator} locator */
async function text(locator) {
  return (await locator.textContent()) ?? "";
}
