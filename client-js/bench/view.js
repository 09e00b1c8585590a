import { pathToFileURL } from "node:url";

// What it costs to take a snapshot in for `room.view`, and to fill a frame of it: `node bench/view.js [other/client-js]`. With another
// revision's folder the two are measured in turns, in one process. A table of ships of which all move, a tenth, or none.

const ROWS = 1000;
const TICKS = 240; // of a pass
const PASSES = 12;
const HZ = 60;
const FIELDS = [
  ["x", 2, 0, 0.01, -1000000, 1000000, 2, Math.round(65536 / HZ / 0.01)],
  ["y", 2, 0, 0.01, -1000000, 1000000, 3, Math.round(65536 / HZ / 0.01)],
  ["vx", 2, 0, 1, -5000, 5000],
  ["vy", 2, 0, 1, -5000, 5000],
  ["heading", 4, 4096],
  ["hp", 1, 0, 100],
  ["name", 5, 16],
];

/** @param {string | URL} from the folder of a revision's client */
async function revision(from) {
  const load = (/** @type {string} */ file) => import(new URL(`src/${file}.js`, from).href);
  const [{ Delay }, { Interpolator }, { applyDelta, applyKeyframe }, { parseSchema }, { World }] =
    await Promise.all(["delay", "interpolate", "mp", "schema", "world"].map(load));
  return (/** @type {number} */ moving) => pass(moving);

  /** Of how many of a thousand rows move. @param {number} moving @returns {[number, number]} ms for a capture and for a view */
  function pass(moving) {
    const delay = new Delay();
    delay.fix(100);
    const world = new World(parseSchema([["ships", FIELDS]], []));
    const view = new Interpolator(world, HZ, delay);
    const fresh = Array.from({ length: ROWS }, (_, i) => [1, i, i, 60, 0, 0, 100, "Ada"]).flat();
    /** @type {any[]} */
    const changes = [];
    for (let i = 0; i < moving; i++) {
      changes.push(i === 0 ? 1 : Math.floor(ROWS / moving), 1 | 2 | 16, 100, 1, 1);
    }
    applyKeyframe(world, [[0, [], [], fresh]], null);
    view.capture(1, 1000 / HZ);
    let [captures, views] = [0, 0];
    for (let tick = 2; tick <= TICKS + 60; tick++) {
      const now = (tick * 1000) / HZ;
      if (moving > 0) applyDelta(world, [[0, [], changes, []]], null);
      const began = performance.now();
      view.capture(tick, now);
      const captured = performance.now();
      view.view(now + 7);
      const shown = performance.now();
      // What a page does at first is compiled by then.
      if (tick <= 60) continue;
      captures += captured - began;
      views += shown - captured;
    }
    return [captures / TICKS, views / TICKS];
  }
}

const folders = [new URL("..", import.meta.url), ...process.argv.slice(2).map(folder)];
const revisions = await Promise.all(folders.map(revision));
console.log(`ms a snapshot of ${ROWS} rows: median, best of ${PASSES} passes`);
for (const moving of [ROWS, ROWS / 10, 0]) {
  /** @type {[number, number][][]} */
  const took = revisions.map(() => []);
  for (let i = 0; i < PASSES; i++) {
    for (const [r, of] of revisions.entries()) took[r].push(of(moving));
  }
  took.forEach((passes, r) => {
    const [capture, view] = [0, 1].map((at) => {
      const sorted = passes.map((p) => p[at]).sort((a, b) => a - b);
      return `${sorted[PASSES >> 1].toFixed(3)}, ${sorted[0].toFixed(3)}`;
    });
    console.log(`${moving} move  ${r === 0 ? "here " : "other"}  capture ${capture}  view ${view}`);
  });
}

/** @param {string} path */
function folder(path) {
  return new URL(`${pathToFileURL(path).href.replace(/\/$/, "")}/`);
}
