import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Visitors } from "./support/browser.js";
import { atRest, createArena, inMatch, placeOf, sees, shipOn, turns } from "./support/match.js";
import { startServer } from "./support/server.js";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Visitors} */
let visitors;
/** @type {Page} */
let ada;
/** @type {Page} */
let grace;
let code = "";

before(async () => {
  server = await startServer();
  browser = await launch();
  visitors = new Visitors(browser, server.url);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a guest creates an arena and the second joins it by the share link", async () => {
  ada = await visitors.visit("ada", "#name=Ada");
  await createArena(ada);
  const link = new URL(ada.url());
  code = /^#join=([A-Z2-9]{6})$/.exec(link.hash)?.[1] ?? "";
  assert.notEqual(code, "", `the address is the share link: ${link.hash}`);

  grace = await visitors.visit("grace", `${link.hash}&name=Grace`);
  await inMatch(grace);
  const [a, g] = [await placeOf(ada), await placeOf(grace)];
  assert.equal(g.match, a.match);
  assert.ok(a.seat > 0 && g.seat > 0 && a.seat !== g.seat, `seats ${a.seat} and ${g.seat}`);
  assert.ok(a.ship > 0 && g.ship > 0);
});

test("each sees the other's ship move as the other presses keys", async () => {
  await eachSees(ada, grace);
  await eachSees(grace, ada);
});

/** @param {Page} mover @param {Page} watcher */
async function eachSees(mover, watcher) {
  const { ship } = await placeOf(mover);
  await atRest(watcher, ship);
  const from = (await shipOn(watcher, ship)).newest;
  await mover.keyboard.down("KeyW");
  await mover.keyboard.down("ArrowRight");
  await sees(watcher, ship, from, 30);
  await turns(watcher, ship, from.heading);
  await watcher.waitForFunction(
    (id) => /** @type {any} */ (window).deltatick.room.state.tables.ships.get(id)?.thrust,
    ship,
  );
  await mover.keyboard.up("KeyW");
  await mover.keyboard.up("ArrowRight");
}

test("a cut socket is back in the same seat of the same match with its first dial", async () => {
  const before = await placeOf(grace);
  const { missedTicks, dials } = await cutAndReturn(grace);
  assert.equal(dials, 1);
  assert.ok(missedTicks >= 0);
  const now = await placeOf(grace);
  assert.deepEqual(same(now), same(before));
  assert.equal(now.reconnects, before.reconnects + 1);
  assert.ok(now.tick > before.tick, "the match went on");
  assert.equal((await placeOf(ada)).match, before.match, "for the other, too");
  assert.equal(await grace.locator("#down").isVisible(), false, "nothing says that it is offline");

  const { heading } = (await shipOn(ada, before.ship)).newest;
  await grace.keyboard.down("KeyD");
  await turns(ada, before.ship, heading);
  await grace.keyboard.up("KeyD");
});

test("two cuts within a second change nothing", async () => {
  const before = await placeOf(ada);
  await ada.evaluate(() => {
    const { net } = /** @type {any} */ (window).deltatick;
    net.cut();
    setTimeout(() => net.cut(), 120);
  });
  await ada.waitForFunction((times) => {
    const { net, room } = /** @type {any} */ (window).deltatick;
    return net.stats.reconnects >= times && net.status.state === "open" && room?.stats.base > 0;
  }, before.reconnects + 1);
  const now = await placeOf(ada);
  assert.deepEqual(same(now), same(before));
});

test("a reloaded tab comes back to its seat", async () => {
  const before = await placeOf(grace);
  await grace.reload();
  await inMatch(grace);
  const now = await placeOf(grace);
  assert.deepEqual(same(now), same(before));
  assert.ok(now.tick >= before.tick);
});

test("a spectator watches without a seat", async () => {
  const eve = await visitors.visit("eve", `#watch=${code}&name=Eve`);
  await inMatch(eve);
  assert.equal((await placeOf(eve)).seat, 0);
  assert.equal(await eve.locator("#vitals").isVisible(), false);
  assert.equal(await eve.locator("#match-role").isVisible(), true);
  const { ship } = await placeOf(ada);
  const { heading } = (await shipOn(eve, ship)).newest;
  await ada.keyboard.down("KeyA");
  await turns(eve, ship, heading);
  await ada.keyboard.up("KeyA");
  assert.equal((await placeOf(eve)).desyncs, 0);
});

test("a thumb on the stick steers and thrusts, the other fires", async () => {
  const options = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const phone = await visitors.visit("phone", `#join=${code}&name=Thumbs`, options);
  await inMatch(phone);
  const { ship } = await placeOf(phone);
  const zone = await phone.locator("#stick-zone").boundingBox();
  const fire = await phone.locator("#fire").boundingBox();
  assert.ok(zone && fire);
  const { heading } = (await shipOn(phone, ship)).newest;
  // Towards where the nose does not point.
  const aim = heading + Math.PI * 0.75;
  const at = { x: zone.x + zone.width / 2, y: zone.y + zone.height - 120 };
  const thumb = { x: at.x + 56 * Math.cos(aim), y: at.y + 56 * Math.sin(aim) };
  const trigger = { x: fire.x + fire.width / 2, y: fire.y + fire.height / 2 };
  const touch = await phone.context().newCDPSession(phone);
  await touch.send("Input.dispatchTouchEvent", {
    type: "touchStart",
    touchPoints: [{ ...at, id: 1 }],
  });
  await touch.send("Input.dispatchTouchEvent", {
    type: "touchMove",
    touchPoints: [{ ...thumb, id: 1 }],
  });
  await touch.send("Input.dispatchTouchEvent", {
    type: "touchStart",
    touchPoints: [
      { ...thumb, id: 1 },
      { ...trigger, id: 2 },
    ],
  });
  await turns(ada, ship, heading);
  await ada.waitForFunction((id) => {
    const { ships, shots } = /** @type {any} */ (window).deltatick.room.state.tables;
    return (
      ships.get(id)?.thrust &&
      [...shots.values()].some((/** @type {any} */ shot) => shot.owner === id)
    );
  }, ship);
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await ada.waitForFunction(
    (id) => !(/** @type {any} */ (window).deltatick.room.state.tables.ships.get(id)?.thrust),
    ship,
  );
});

test("nothing went wrong in any page, and no world differed from the server's", async () => {
  for (const page of [ada, grace]) {
    assert.equal((await placeOf(page)).desyncs, 0);
    const checked = await page.evaluate(
      () => /** @type {any} */ (window).deltatick.net.stats.snapshots,
    );
    assert.ok(checked > 60, `${checked} snapshots`);
  }
  visitors.assertNoFaults();
});

test("the page runs no inline code and loads nothing from elsewhere", async () => {
  const reply = await fetch(server.url);
  const policy = reply.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'self'|script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval/);
  const html = await reply.text();
  assert.doesNotMatch(html, /\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)/);
});

/** What has to stay the same over a reconnect. @param {import("./support/match.js").Place} place */
function same({ match, seat, user, ship }) {
  return { match, seat, user, ship };
}

/**
 * Cuts the socket and resolves when the seat is alive again.
 * @param {Page} page
 * @returns {Promise<{missedTicks: number, dials: number}>}
 */
function cutAndReturn(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const { net, room } = /** @type {any} */ (window).deltatick;
        let dials = 0;
        net.on("status", (/** @type {any} */ { state }) => {
          if (state === "connecting") dials++;
        });
        room.on("resume", (/** @type {any} */ { missedTicks }) => resolve({ missedTicks, dials }));
        net.cut();
      }),
  );
}
