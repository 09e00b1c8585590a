import { WebSocket } from "ws";
import { connect } from "../../src/index.js";
import { inMatch, placeOf } from "./match.js";

/**
 * What a page drew in a frame, and for when.
 * @typedef {object} Frame
 * @property {number} now milliseconds of the page's clock
 * @property {{x: number, y: number}} own one's own ship as drawn
 * @property {number} ownTick with its fraction, that this is the prediction for
 * @property {{x: number, y: number}} other the other's ship as drawn
 * @property {number} otherTick with its fraction, that this is the view of
 * @property {number} newest tick of the newest snapshot
 * @property {number} underruns
 * @property {number} bufferMs
 * @property {number} delayMs
 * @property {number} error of the prediction that is being smoothed away, in units
 * @property {number} mispredictions
 * @property {number} slack of the newest input that the server has told of, in milliseconds
 *
 * The ships as the server had them after each tick, by id. @typedef {Map<number, Map<number, {x: number, y: number}>>} Truth
 */

/**
 * An arena with two who fly: Bob, here, without a page and over a clean line, and Ada in a page. A spectator, here too, notes what
 * the server says.
 * @param {import("./browser.js").Visitors} visitors
 * @param {string} url of the server
 * @param {string} net of the page's address: `150,30,1`
 */
export async function duel(visitors, url, net) {
  const ws = `${url.replace("http", "ws")}/ws`;
  const guest = (/** @type {string} */ name) => connect({ url: ws, name, WebSocket }).ready;
  const [bob, judge] = await Promise.all([guest("Bob"), guest("Judge")]);
  const settings = { bots: 0, limit: 0, seconds: 600 };
  const { code } = await bob.lobby.create({ game: "arena", private: true, settings });
  const page = await visitors.visit("Ada", `?net=${net}#join=${code}&name=Ada`);
  await page.waitForSelector("#lobby:not([hidden])");
  await judge.lobby.join({ code, spectate: true });
  const rooms = Promise.all([entered(bob), entered(judge)]);
  await bob.lobby.start();
  const [flown, judged] = await rooms;
  /** @type {Truth} */
  const truth = new Map();
  judged.on("snapshot", () => {
    const ships = new Map();
    for (const [id, { x, y }] of judged.state.tables.ships) ships.set(id, { x, y });
    truth.set(judged.tick, ships);
  });
  flown.input({ thrust: true, turn: 1 });
  await inMatch(page);
  const { ship: own, seat } = await placeOf(page);
  const other = [...judged.state.tables.ships].find(([, ship]) => ship.seat !== seat)?.[0] ?? 0;
  return {
    page,
    own,
    other,
    truth,
    /** Resolves when the truth of a tick is known. @param {number} tick */
    judgedUpTo: (tick) =>
      new Promise((resolve) => {
        const off = judged.on("snapshot", () => {
          if (judged.tick <= tick + 1) return;
          off();
          resolve(null);
        });
      }),
    end() {
      bob.close();
      judge.close();
    },
  };
}

/** @param {import("../../src/index.js").Client} net @returns {Promise<import("../../src/index.js").Room>} */
function entered(net) {
  return new Promise((resolve) => {
    net.on("room", (room) => resolve(room.ready));
  });
}

/**
 * Notes from now on what a page draws, frame by frame.
 * @param {import("playwright-core").Page} page
 * @param {number} other id of the other's ship
 */
export async function record(page, other) {
  await page.evaluate((id) => {
    /** @type {Frame[]} */
    const frames = [];
    Object.assign(window, { frames });
    const note = (/** @type {number} */ now) => {
      if (/** @type {any} */ (window).frames !== frames) return;
      // Asked for after the page's own hook, in the same frame.
      requestAnimationFrame(note);
      const { room, own } = /** @type {any} */ (window).deltatick;
      const ship = room.view(now).ships.find((/** @type {any} */ row) => row.id === id);
      const { predictedTick, viewTick, tick, underruns, bufferMs, predictionError } = room.stats;
      const { mispredictions, slack } = room.stats;
      if (ship === undefined) return;
      frames.push({
        ...{ now, own: { x: own.x, y: own.y }, ownTick: predictedTick },
        ...{ other: { x: ship.x, y: ship.y }, otherTick: viewTick, newest: tick, underruns },
        ...{ bufferMs, delayMs: room.interpolation.delayMs, error: predictionError },
        ...{ mispredictions, slack },
      });
    };
    requestAnimationFrame(note);
  }, other);
}

/** What was noted. @param {import("playwright-core").Page} page @returns {Promise<Frame[]>} */
export const recorded = (page) =>
  page.evaluate(() => {
    const { frames } = /** @type {any} */ (window);
    Object.assign(window, { frames: null });
    return frames;
  });

/** Units between the middles of two ships that touch: twice the radius of one. */
const TOUCHING = 28;

/**
 * Whether two ships touched: each bounces off the other, which a page that predicts its own learns from the server only, so its own ship is
 * drawn elsewhere then, and rightly.
 * @param {Truth} truth @param {number} a id of a ship @param {number} b id of another
 */
export const met = (truth, a, b) =>
  [...truth.values()].some((ships) => {
    const [one, other] = [ships.get(a), ships.get(b)];
    // They are pushed apart in the tick in which they touch.
    return one !== undefined && other !== undefined && distance(one, other) < TOUCHING + 1;
  });

/**
 * Where the server had a ship at a tick, and on the straight between two.
 * @param {Truth} truth @param {number} id @param {number} tick with its fraction
 * @returns {{x: number, y: number} | null} null where it is not known
 */
export function truthAt(truth, id, tick) {
  const whole = Math.floor(tick);
  const a = truth.get(whole)?.get(id);
  const b = tick > whole ? truth.get(whole + 1)?.get(id) : a;
  if (a === undefined || b === undefined) return null;
  const part = tick - whole;
  return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}

/** @param {{x: number, y: number}} a @param {{x: number, y: number}} b */
export const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
