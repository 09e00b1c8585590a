import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Predictor } from "../src/predictor.js";
import { quantumOf } from "../src/rounding.js";
import { fill } from "../src/rowvalues.js";
import { parseSchema } from "../src/schema.js";
import { seeded } from "./support/clock.js";

// What the predictor makes of inputs and snapshots, in any order that a match can bring: the predictor of client-go has to make the same of it
// (client-go/predictor_vectors_test.go). UPDATE=1 writes the file anew.
const file = new URL("../../client-go/testdata/prediction.json", import.meta.url);
const tickRate = 20;
const tables = [
  [
    "crafts",
    [
      ["x", 2, 0, 0.01, 0, 100000, 2, 3277],
      ["vx", 2, -400, 0.01, 0, 80000],
      ["heading", 3, 12],
      ["hp", 1, 0, 100],
      ["alive", 0],
      ["name", 5, 24],
    ],
  ],
];
const inputs = [
  ["turn", 1, -1, 1],
  ["thrust", 0],
];
const schema = parseSchema(tables, inputs);
const { fields } = schema.tables[0];

/** @param {any} row @param {any} input @param {number} dt */
function step(row, input, dt) {
  if (!row.alive) return;
  row.heading += input.turn * 3 * dt;
  row.vx += (input.thrust ? 90 : -90) * dt;
  row.vx *= 1 - 0.5 * dt;
  row.x += row.vx * dt;
}

/** A world that runs the step, loses inputs, pushes, hurts and kills. @param {number} seed */
function trace(seed) {
  const random = seeded(seed);
  /** @type {{id: number, q: number[], row: any}[]} */
  const entities = [];
  const place = {
    table: { fields, entities },
    inputFields: schema.inputs,
    inputs: {
      values: null,
      running: false,
      tickAt: () => Number.POSITIVE_INFINITY,
      pump() {},
      drive() {},
      release() {},
    },
    tickRate,
    now: () => 0,
    playing: () => false,
    stopped() {},
    report(/** @type {unknown} */ error) {
      throw error;
    },
  };
  const predictor = new Predictor(
    { table: "crafts", row: () => entities[0]?.id, step, smoothMs: 0 },
    /** @type {any} */ (place),
  );
  /** @type {any[]} */
  const ops = [];
  const note = (/** @type {any} */ op) => {
    const shown = predictor.view(0);
    ops.push({
      ...op,
      id: predictor.id,
      newest: predictor.tick,
      mispredictions: predictor.mispredictions,
      resims: predictor.resims,
      shown: shown && [shown.x, shown.vx, shown.heading, shown.hp, shown.alive ? 1 : 0],
    });
  };
  let id = 7;
  let truth = [50000, 40000, 100, 90, 1, 0];
  let [tick, sent, force] = [1000, 1003, [0, 0]];
  const given = new Map();
  for (let n = 0; n < 120; n++) {
    for (let more = 1 + Math.floor(random() * 2); more > 0; more--) {
      sent += random() < 0.05 ? 3 : 1;
      if (random() < 0.01) sent += 45; // a sleep of more than is kept
      const input = [Math.floor(random() * 3) - 1, random() < 0.5 ? 1 : 0];
      given.set(sent, input);
      predictor.advance(0, () => ({ turn: input[0], thrust: input[1] }));
      predictor.input(sent);
      note({ input, tick: sent });
      if (sent - tick > 12) break;
    }
    for (let more = Math.max(1, sent - tick - 8); more > 0; more--) {
      tick++;
      if (random() > 0.03) force = given.get(tick) ?? force; // else it was late
      const row = /** @type {any} */ ({});
      fill(row, fields, truth, /** @type {any} */ ({ name: "" }));
      step(row, { turn: force[0], thrust: force[1] !== 0 }, 1 / tickRate);
      if (random() < 0.03) row.x += 20;
      if (random() < 0.03) row.hp--;
      truth = fields.map((f) => (f.name === "name" ? 0 : quantumOf(f, row[f.name])));
    }
    if (random() < 0.02) id++;
    const gone = random() < 0.03;
    entities.length = 0;
    if (!gone) entities.push({ id, q: truth, row: { name: "" } });
    predictor._before(0);
    predictor._after(0, tick);
    note({ snapshot: gone ? null : truth.slice(0, 5), of: gone ? 0 : id, tick });
  }
  return ops;
}

test("what a prediction makes of inputs and snapshots is what is written down for all clients", () => {
  const made = { tickRate, tables, inputs, traces: [1, 2, 3].map(trace) };
  if (process.env.UPDATE) writeFileSync(file, `${JSON.stringify(made)}\n`);
  assert.deepEqual(made, JSON.parse(readFileSync(file, "utf8")));
  const last = made.traces.map((ops) => ops.at(-1));
  for (const { mispredictions, resims } of last) assert.ok(mispredictions > 5 && resims > 10);
});
