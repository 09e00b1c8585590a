import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { loadStep } from "../src/index.js";
import { bodies, fakeStep } from "./support/fakestep.js";

const repo = new URL("../../", import.meta.url);
const module = gunzipSync(readFileSync(new URL("client-js/page/arena-step.wasm.gz", repo)));
// What the Go step of the arena does, which its own tests hold it to: see games/arena/flight/flight_test.go.
const vectors = JSON.parse(
  readFileSync(new URL("games/arena/flight/testdata/flight.json", repo), "utf8"),
);

const LONG_FLIGHT = 20_000; // ticks
const FIELDS = ["x", "y", "vx", "vy", "heading"];
const scratch = new DataView(new ArrayBuffer(8));

/** @param {string} hex the bits of a float64 */
function float(hex) {
  scratch.setBigUint64(0, BigInt(`0x${hex}`));
  return scratch.getFloat64(0);
}

/** @param {number} value */
function bits(value) {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

/** @param {Record<string, any>} row @returns {string[]} the bits of its floats */
const body = (row) => FIELDS.map((name) => bits(row[name]).toString(16).padStart(16, "0"));

/** A ship as `room.state` has it, at the start of the vectors. @returns {Record<string, any>} */
function ship() {
  const [x, y, vx, vy, heading] = vectors.start.map(float);
  return { x, y, vx, vy, heading, hp: 100, seat: 1, name: "Ada", alive: true, thrust: false };
}

test("the step of the module has the bits of the step of the server", async () => {
  const step = await loadStep(module);
  const row = ship();
  const dt = float(vectors.dt);
  for (const [i, { turn, thrust, aim, aimed, body: wanted }] of vectors.steps.entries()) {
    step(row, { turn, thrust, fire: true, aim: float(aim), aimed }, dt);
    assert.deepEqual(body(row), wanted, `step ${i}`);
    assert.equal(row.thrust, thrust);
  }
  assert.deepEqual([row.hp, row.seat, row.name, row.alive], [100, 1, "Ada", true]);
});

test("a flight of 20,000 ticks ends in the hash of the server's", async () => {
  const step = await loadStep(module);
  const row = ship();
  const dt = float(vectors.dt);
  let random = 1;
  let hash = 0xcbf29ce484222325n; // FNV-1a, 64 bits
  let input = {};
  for (let i = 0; i < LONG_FLIGHT; i++) {
    if (i % 16 === 0) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      input = helm(random);
    }
    step(row, input, dt);
    for (const name of FIELDS) {
      const value = bits(row[name]);
      for (let shift = 0n; shift < 64n; shift += 8n)
        hash = BigInt.asUintN(64, (hash ^ ((value >> shift) & 255n)) * 0x100000001b3n);
    }
  }
  assert.equal(hash.toString(16).padStart(16, "0"), vectors.hash);
});

/** The input that the vectors say a random number means. @param {number} n */
const helm = (n) => ({
  turn: (((n >>> 28) & 3) % 3) - 1,
  thrust: ((n >>> 26) & 3) !== 0,
  aimed: ((n >>> 25) & 1) !== 0,
  aim: (((n >>> 10) & 1023) * (2 * Math.PI)) / 1024,
});

test("an input that is left out is neutral, and a ship that is not alive does not move", async () => {
  const step = await loadStep(module);
  const [left, given] = [ship(), ship()];
  step(left, {}, 1 / 60);
  step(given, { turn: 0, thrust: false, aim: 0, aimed: false }, 1 / 60);
  assert.deepEqual(left, given);
  const dead = { ...ship(), vx: 50, alive: false };
  step(dead, { thrust: true, turn: 1 }, 1 / 60);
  assert.deepEqual(dead, { ...ship(), vx: 50, alive: false });
});

test("two steps of one module know nothing of each other", async () => {
  const [one, other] = [await loadStep(module), await loadStep(module)];
  const [a, b] = [ship(), ship()];
  one(a, { thrust: true }, 1 / 60);
  other(b, { turn: 1 }, 1 / 60);
  one(a, { thrust: true }, 1 / 60);
  const alone = ship();
  one(alone, { thrust: true }, 1 / 60);
  one(alone, { thrust: true }, 1 / 60);
  assert.deepEqual(a, alone);
});

test("a row without a field of the step is refused by the field's name", async () => {
  const step = await loadStep(module);
  const { vx, ...row } = ship();
  assert.throws(() => step(row, {}, 1 / 60), { name: "TypeError", message: /vx/ });
  step({ ...row, vx }, {}, 1 / 60);
});

test("what is no module of a step is refused", async () => {
  await assert.rejects(loadStep(new Uint8Array([1, 2, 3])), WebAssembly.CompileError);
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  await assert.rejects(loadStep(empty), { name: "TypeError", message: /exports/ });
});

const LAYOUT = {
  row: [
    ["x", "number", 0],
    ["facing", "number", 3],
    ["alive", "boolean", 0],
  ],
  input: [["turn", "number", 0]],
};
const fakeRow = () => ({ x: 1.5, facing: [1, 0, 0], alive: true });

test("a list comes back as a new one", async () => {
  const step = await loadStep(fakeStep(LAYOUT));
  const row = fakeRow();
  const { facing } = row;
  step(row, {}, 1);
  assert.deepEqual(row, fakeRow());
  assert.notEqual(row.facing, facing);
});

test("a memory that grows in a step is read where it is then", async () => {
  const step = await loadStep(fakeStep(LAYOUT, bodies.grows));
  for (let i = 0; i < 3; i++) {
    const row = fakeRow();
    step(row, {}, 1);
    assert.deepEqual(row, { ...fakeRow(), x: 7 });
  }
});

test("a module that gave up throws in every step from then on, and leaves the row alone", async () => {
  const step = await loadStep(fakeStep(LAYOUT, bodies.traps));
  const row = fakeRow();
  assert.throws(() => step(row, {}, 1), { message: /gave up.*unreachable/ });
  assert.throws(() => step(row, {}, 1), { message: /gave up.*unreachable/ });
  assert.deepEqual(row, fakeRow());
});

test("a layout that is none is refused", async () => {
  const field = (/** @type {any[]} */ ...of) => ({ row: [of], input: [] });
  for (const layout of [
    {},
    { row: [], input: 1 },
    { row: ["x"], input: [] },
    field("__proto__", "number", 0),
    field("x", "string", 0),
    field("x", "number", -1),
    field("x", "number", 0.5),
    field("x", "number", 5000),
    field(1, "number", 0),
  ]) {
    await assert.rejects(loadStep(fakeStep(layout)), TypeError, JSON.stringify(layout));
  }
  await assert.rejects(loadStep(fakeStep(LAYOUT, [], 1 << 20)), { message: /too long/ });
});
