/** What a test asks of a page in a match. Everything is read from the page's own client, `window.deltatick`. */

/** @typedef {import("playwright-core").Page} Page */

/**
 * @typedef {object} Place where a page is
 * @property {string} match
 * @property {number} seat
 * @property {string} user
 * @property {number} tick
 * @property {number} ship entity id of one's own ship, 0 for none
 * @property {number} desyncs
 * @property {number} reconnects
 */

/** Waits until the page shows a match with its first snapshot. @param {Page} page */
export async function inMatch(page) {
  await page.waitForFunction(() => {
    const { room } = /** @type {any} */ (window).deltatick;
    return (
      document.body.dataset.view === "match" && room?.tick > 0 && room.state.tables.ships.size > 0
    );
  });
}

/** @param {Page} page @returns {Promise<Place>} */
export function placeOf(page) {
  return page.evaluate(() => {
    const { net, room } = /** @type {any} */ (window).deltatick;
    const ships = [...room.state.tables.ships];
    return {
      match: room.match,
      seat: room.seat,
      user: net.user,
      tick: room.tick,
      ship: ships.find(([, row]) => row.seat === room.seat && room.seat > 0)?.[0] ?? 0,
      desyncs: net.stats.desyncs,
      reconnects: net.stats.reconnects,
    };
  });
}

/**
 * The ship as this page knows it (newest) and as it draws it (shown).
 * @param {Page} page @param {number} id
 */
export function shipOn(page, id) {
  return page.evaluate((ship) => {
    const { room } = /** @type {any} */ (window).deltatick;
    const { x, y, heading, thrust } = room.state.tables.ships.get(ship);
    const shown = room
      .view(performance.now())
      .ships.find((/** @type {any} */ row) => row.id === ship);
    return { newest: { x, y, heading, thrust }, shown: { x: shown.x, y: shown.y } };
  }, id);
}

/**
 * Waits until this page shows the ship this far, in units, from where it was.
 * @param {Page} page @param {number} id @param {{x: number, y: number}} from @param {number} far
 */
export async function sees(page, id, from, far) {
  await page.waitForFunction(
    ([ship, x, y, distance]) => {
      const { room } = /** @type {any} */ (window).deltatick;
      const shown = room
        .view(performance.now())
        .ships.find((/** @type {any} */ row) => row.id === ship);
      return shown && Math.hypot(shown.x - x, shown.y - y) > distance;
    },
    /** @type {const} */ ([id, from.x, from.y, far]),
  );
}

/** Waits until a ship is at rest: nobody thrusts, and drag has done its work or nothing was done yet. @param {Page} page @param {number} id */
export async function atRest(page, id) {
  await page.waitForFunction((ship) => {
    const row = /** @type {any} */ (window).deltatick.room.state.tables.ships.get(ship);
    return row?.alive && row.vx === 0 && row.vy === 0;
  }, id);
}

/**
 * Creates a private arena without bots through the dialog and starts it.
 * @param {Page} page
 */
export async function createArena(page) {
  await page.click("#create-open");
  await page.locator('#create input[name="set:bots"]').fill("0");
  await page.locator('#create input[name="set:limit"]').fill("0");
  await page.locator('#create input[name="set:seconds"]').fill("600");
  await page.locator('#create input[name="private"]').check();
  await page.click('#create button[type="submit"]');
  await page.click("text=Start match");
  await inMatch(page);
}

/** Waits until this page knows the ship to head elsewhere: a heading changes by steering alone. @param {Page} page @param {number} id @param {number} from radians */
export async function turns(page, id, from) {
  await page.waitForFunction(
    ([ship, heading]) => {
      const row = /** @type {any} */ (window).deltatick.room.state.tables.ships.get(ship);
      return row && Math.abs(Math.sin((row.heading - heading) / 2)) > 0.1;
    },
    /** @type {const} */ ([id, from]),
  );
}
