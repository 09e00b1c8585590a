import assert from "node:assert/strict";
import { test } from "node:test";
import { applyDelta, applyKeyframe } from "../src/mp.js";
import { parseSchema } from "../src/schema.js";
import { WireError } from "../src/wire.js";
import { World } from "../src/world.js";
import { seeded } from "./support/clock.js";

const schema = () =>
  parseSchema(
    [
      [
        "ships",
        [
          ["x", 2, -100, 0.5, 0, 400],
          ["heading", 3, 8],
          ["hp", 1, 0, 100],
          ["alive", 0],
          ["name", 5, 8],
          ["heat", 4],
        ],
      ],
      ["shots", [["n", 1, -10, 10]]],
    ],
    [],
  );

/** @returns {World} two ships (ids 2 and 5), one shot (id 1) */
function start() {
  const world = new World(schema());
  const ships = [2, 10, 64, 50, 1, "Ada", 0.25, 3, 20, 128, 60, 0, "Bo", -1.5];
  applyKeyframe(
    world,
    [
      [0, [], [], ships],
      [1, [], [], [1, 3]],
    ],
    null,
  );
  return world;
}

/** @returns {import("../src/rows.js").Changes} */
const noChanges = () => ({ added: [], changed: [], removed: [], left: [] });
/** @param {any[]} pairs */
const ids = (pairs) => pairs.filter((_, i) => i % 2 === 1).map((e) => e.id);

test("a keyframe makes rows of dequantised values", () => {
  const { ships, shots } = start().state.tables;
  assert.deepEqual(
    [...ships],
    [
      [2, { x: -95, heading: Math.PI / 2, hp: 50, alive: true, name: "Ada", heat: 0.25 }],
      [5, { x: -90, heading: Math.PI, hp: 60, alive: false, name: "Bo", heat: -1.5 }],
    ],
  );
  assert.deepEqual([...shots], [[1, { n: 3 }]]);
});

test("a delta removes, changes and adds", () => {
  const world = start();
  const changes = noChanges();
  const delta = [[0, [2], [5, 0b110101, 4, -60, "Cy", 8], [1, 0, 0, 0, 0, "", 0]]];
  applyDelta(world, delta, changes);
  assert.deepEqual(
    [...world.state.tables.ships].sort((a, b) => a[0] - b[0]),
    [
      [1, { x: -100, heading: 0, hp: 0, alive: false, name: "", heat: 0 }],
      [5, { x: -88, heading: Math.PI, hp: 0, alive: false, name: "Cy", heat: 8 }],
    ],
  );
  assert.deepEqual([changes.removed, changes.changed, changes.added].map(ids), [[2], [5], [1]]);
  assert.deepEqual(
    world.tables[0].entities.map((e) => e.id),
    [1, 5],
  );
});

test("rows that leave the view go like removed ones, and are told apart", () => {
  const world = start();
  const changes = noChanges();
  applyDelta(world, [[0, [2], [], [], [5]]], changes);
  assert.equal(world.state.tables.ships.size, 0);
  assert.deepEqual([changes.removed, changes.left].map(ids), [[2], [5]]);
  applyDelta(world, [[0, [], [], [5, 1, 2, 3, 1, "Bo", 4]]], changes);
  assert.equal(world.state.tables.ships.get(5)?.name, "Bo");
});

test("a row keeps its object through changes and keyframes", () => {
  const world = start();
  const row = world.state.tables.ships.get(5);
  const map = world.state.tables.ships;
  applyDelta(world, [[0, [], [5, 4, -1], []]], null);
  const changes = noChanges();
  applyKeyframe(world, [[0, [], [], [5, 0, 0, 9, 1, "Bo", 0, 1, 0, 0, 0, 0, "", 0]]], changes);
  assert.equal(world.state.tables.ships.get(5), row);
  assert.equal(world.state.tables.ships, map);
  assert.equal(row?.hp, 9);
  assert.deepEqual(ids(changes.added), [6]);
  assert.deepEqual(ids(changes.changed), [5]);
  assert.deepEqual(ids(changes.removed), [2, 1]);
});

test("an empty keyframe empties the world", () => {
  const world = start();
  applyKeyframe(world, [], null);
  assert.equal(world.size, 0);
  assert.equal(world.hash(), new World(schema()).hash());
});

const row = [0, 0, 0, 0, "", 0];
const badDeltas = {
  "a body that is no array": null,
  "an entry that is no array": [7],
  "an entry with a part missing": [[0, [], []]],
  "an entry with a part too many": [[0, [], [], [], [], []]],
  "a list of rows that left that is none": [[0, [], [], [], 2]],
  "an absent row that left": [[0, [], [], [], [3]]],
  "a row that was removed and left": [[0, [2], [], [], [2]]],
  "a row that was added and left": [[0, [], [], [1, ...row], [1]]],
  "lists that are not": [[0, 1, 2, 3]],
  "a table that is not there": [[2, [], [], []]],
  "a negative table": [[-1, [], [], []]],
  "tables that do not rise": [
    [1, [], [], []],
    [0, [], [], []],
  ],
  "a table twice": [
    [0, [], [], []],
    [0, [], [], []],
  ],
  "removing an absent row": [[0, [3], [], []]],
  "removing a row twice": [[0, [2, 0], [], []]],
  "a gap of zero": [[0, [0], [], []]],
  "a gap that is no integer": [[0, [1.5], [], []]],
  "an id beyond 32 bits": [[0, [], [], [2 ** 32, ...row]]],
  "changing an absent row": [[0, [], [3, 4, 1], []]],
  "changing a removed row": [[0, [2], [2, 4, 1], []]],
  "an empty mask": [[0, [], [2, 0], []]],
  "a mask of a field that is not there": [[0, [], [2, 64, 1], []]],
  "a mask that is no integer": [[0, [], [2, 1.5, 1], []]],
  "a negative mask": [[0, [], [2, -1, 1], []]],
  "a change without its value": [[0, [], [2, 4], []]],
  "a change without its mask": [[0, [], [2], []]],
  "a value left over": [[0, [], [2, 4, 1, 9], []]],
  "a delta that is no integer": [[0, [], [2, 4, 0.5], []]],
  "a delta of nil": [[0, [], [2, 4, null], []]],
  "a delta of true": [[0, [], [2, 4, true], []]],
  "a quantum that leaves its range": [[0, [], [2, 4, 51], []]],
  "a flag that is neither": [[0, [], [2, 8, 1], []]],
  "an angle past the full turn": [[0, [], [2, 2, 192], []]],
  "a string where a number goes": [[0, [], [2, 4, "1"], []]],
  "a number where a string goes": [[0, [], [2, 16, 1], []]],
  "a string too long": [[0, [], [2, 16, "123456789"], []]],
  "a string too long in UTF-8": [[0, [], [2, 16, "äöüßé"], []]],
  "a float that is no float32": [[0, [], [2, 32, 0.1], []]],
  "a string as a float": [[0, [], [2, 32, "1"], []]],
  "adding a row that is there": [[0, [], [], [5, ...row]]],
  "adding what was just removed": [[0, [2], [], [2, ...row]]],
  "a row cut short": [[0, [], [], [7, 0, 0]]],
  "a new row outside its range": [[0, [], [], [7, 0, 0, 101, 0, "", 0]]],
};
for (const [name, body] of Object.entries(badDeltas)) {
  test(`refused: ${name}`, () => {
    const world = start();
    assert.throws(() => applyDelta(world, body, null), WireError);
    // Whatever was done until then, a keyframe heals it.
    applyKeyframe(world, [[1, [], [], [1, 3]]], null);
    assert.equal(world.size, 1);
  });
}

test("a keyframe only adds, and a broken one changes nothing", () => {
  const world = start();
  const before = world.hash();
  for (const body of [
    [[0, [2], [], []]],
    [[0, [], [2, 4, 1], []]],
    [
      [0, [], [], [1, ...row]],
      [1, [], [], [1, 11]],
    ],
    [[0, [], [], [1, ...row, 0, ...row]]],
  ]) {
    assert.throws(() => applyKeyframe(world, body, null), WireError);
    assert.equal(world.hash(), before);
  }
});

test("a float32 that is not a number stays one", () => {
  const world = start();
  applyDelta(world, [[0, [], [2, 32, Number.NaN], []]], null);
  assert.ok(Number.isNaN(world.state.tables.ships.get(2)?.heat));
});

test("all 32 fields of a row can change at once", () => {
  const fields = Array.from({ length: 32 }, (_, i) => [`f${i}`, 1, 0, 9]);
  const world = new World(parseSchema([["t", fields]], []));
  applyKeyframe(world, [[0, [], [], [1, ...fields.map(() => 0)]]], null);
  applyDelta(world, [[0, [], [1, 2 ** 32 - 1, ...fields.map((_, i) => i % 10)], []]], null);
  const now = world.state.tables.t.get(1) ?? {};
  assert.deepEqual(
    Object.values(now),
    fields.map((_, i) => i % 10),
  );
});

/** A world as plain data, and the body that leads from one to another, written from the protocol. */
const model = {
  /** @param {() => number} random @param {Map<number, number[]>} from */
  next(random, from) {
    const rows = [...from].filter(() => random() > 0.2);
    for (const [, r] of rows)
      if (random() < 0.5) r[Math.floor(random() * 2)] = Math.floor(random() * 21) - 10;
    const taken = new Set([...from.keys()]);
    for (let n = random() * 4; n > 0; n--) {
      const id = 1 + Math.floor(random() * 60);
      if (!taken.has(id)) rows.push([id, [Math.floor(random() * 21) - 10, 0]]);
      taken.add(id);
    }
    return new Map(rows.sort((a, b) => a[0] - b[0]));
  },
  /** @param {Map<number, number[]>} from @param {Map<number, number[]>} to */
  body(from, to) {
    const lists = { removed: [0], changed: [0], added: [0] };
    const last = { removed: 0, changed: 0, added: 0 };
    /** @param {"removed" | "changed" | "added"} list @param {number} id @param {...number} rest */
    const put = (list, id, ...rest) => {
      lists[list].push(id - last[list], ...rest);
      last[list] = id;
    };
    for (const id of from.keys()) if (!to.has(id)) put("removed", id);
    for (const [id, row] of to) {
      const old = from.get(id);
      if (old === undefined) put("added", id, ...row);
      else {
        const changed = [0, 1].filter((i) => old[i] !== row[i]);
        const mask = changed.reduce((m, i) => m | (1 << i), 0);
        if (mask) put("changed", id, mask, ...changed.map((i) => row[i] - old[i]));
      }
    }
    return [[0, lists.removed.slice(1), lists.changed.slice(1), lists.added.slice(1)]];
  },
};

test("however a world changes, deltas lead to the same world as a keyframe of the end", () => {
  const random = seeded(99);
  const fields = [
    ["a", 1, -10, 10],
    ["b", 1, -10, 10],
  ];
  const of = () => new World(parseSchema([["t", fields]], []));
  for (let round = 0; round < 50; round++) {
    const world = of();
    let now = new Map();
    applyKeyframe(world, [], null);
    for (let step = 0; step < 40; step++) {
      const before = new Map([...now].map(([id, r]) => [id, [...r]]));
      now = model.next(random, now);
      const changes = noChanges();
      applyDelta(world, model.body(before, now), changes);
      const whole = of();
      applyKeyframe(whole, model.body(new Map(), now), null);
      assert.deepEqual(
        [...world.state.tables.t].sort((a, b) => a[0] - b[0]),
        [...whole.state.tables.t],
      );
      assert.equal(world.hash(), whole.hash());
      assert.deepEqual(
        ids(changes.removed),
        [...before.keys()].filter((id) => !now.has(id)),
      );
      assert.deepEqual(
        ids(changes.added),
        [...now.keys()].filter((id) => !before.has(id)),
      );
    }
  }
});
