import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decode } from "../src/decode.js";
import { STRING } from "../src/fieldkinds.js";
import * as frames from "../src/frames.js";
import { PackedDecoder } from "../src/packed/decoder.js";
import { parseSchema } from "../src/schema.js";
import { WireError } from "../src/wire.js";
import { World } from "../src/world.js";
import { seeded } from "./support/clock.js";

/** @type {any[]} */
const streams = ["packed.json", "packed-long.json"].flatMap((name) => {
  const file = new URL(`../../protocol/testdata/vectors/${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"), (_, v) =>
    v?.$float === undefined ? v : Number(v.$float),
  );
});
/** @param {string} hex */
const unhex = (hex) => new Uint8Array(Buffer.from(hex, "hex"));
/** Reads a body, which is a msgpack bin, as the last element of a frame. @param {string} hex @returns {Uint8Array} */
const body = (hex) => decode(unhex(`9215${hex}`))[1];

/** @param {any} stream */
function start(stream) {
  const enter = frames.enter(decode(unhex(stream.enter)));
  const world = new World(parseSchema(enter.tables, enter.inputs));
  const decoder = new PackedDecoder(world);
  /** @param {any} b @param {Uint8Array} [bytes] */
  const apply = ({ tick, base, hex }, bytes = body(hex)) => {
    const changes = { added: [], changed: [], removed: [], left: [] };
    decoder.apply(tick, base, bytes, changes);
    return changes;
  };
  return { world, apply };
}

/** A world's rows as the vectors write them. @param {World} world */
const rowsOf = (world) =>
  world.tables.map(({ entities, fields }) =>
    entities.map(({ id, q, row }) => ({
      id,
      quanta: fields.map((f, i) => (f.kind === STRING ? null : q[i])),
      values: fields.map((f) => row[f.name]),
    })),
  );
/** The ids of each table in a list of changes. @param {World} world @param {any[]} pairs */
const idsByTable = (world, pairs) =>
  world.tables.map((table) =>
    pairs.filter((_, i) => i % 2 === 1 && pairs[i - 1] === table).map((entity) => entity.id),
  );

for (const stream of streams) {
  test(`packed: ${stream.name}`, () => {
    const { world, apply } = start(stream);
    for (const b of stream.bodies) {
      const before = world.tables.map((t) => t.entities.map((e) => e.id));
      const changes = apply(b);
      assert.equal(world.hash(), b.hash, `tick ${b.tick}`);
      if (b.world) assert.deepEqual(rowsOf(world), b.world, `tick ${b.tick}`);
      if (b.base !== 0)
        assert.deepEqual(idsByTable(world, changes.left), b.left ?? [], `tick ${b.tick}`);
      const after = world.tables.map((t) => t.entities.map((e) => e.id));
      const gone = before.map((ids, t) => ids.filter((id) => !after[t].includes(id)));
      const lost = [...changes.removed, ...changes.left];
      for (const [t, ids] of idsByTable(world, lost).entries()) {
        assert.deepEqual(
          ids.sort((a, b) => a - b),
          gone[t],
        );
      }
      const fresh = after.map((ids, t) => ids.filter((id) => !before[t].includes(id)));
      assert.deepEqual(idsByTable(world, changes.added), fresh);
      for (const { rows, entities } of world.tables) {
        assert.deepEqual(
          entities.map((e) => e.row),
          entities.map((e) => rows.get(e.id)),
        );
        assert.equal(rows.size, entities.length);
      }
    }
  });
}

const rich = streams.find(({ bodies }) =>
  bodies.some((/** @type {any} */ b) => b.left?.flat().length > 0),
);

test("there is something to compare with: streams, fresh bodies, rows that left", () => {
  assert.ok(streams.length > 5);
  const all = streams.flatMap(({ bodies }) => bodies);
  assert.ok(all.some((b) => b.fresh && b.base !== 0));
  assert.ok(rich !== undefined);
});

test("whatever breaks a body, it is refused in order or makes rows of the schema, and a keyframe heals", () => {
  const random = seeded(17);
  const { bodies } = rich;
  let refused = 0;
  for (let round = 0; round < 300; round++) {
    const { world, apply } = start(rich);
    const until = Math.floor(random() * 30);
    for (const b of bodies.slice(0, until)) apply(b);
    const bytes = body(bodies[until].hex).slice();
    for (let n = 1 + random() * 3; n > 0; n--) {
      bytes[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8);
    }
    try {
      apply(bodies[until], random() < 0.3 ? bytes.subarray(0, random() * bytes.length) : bytes);
    } catch (error) {
      assert.ok(error instanceof WireError, `${error}`);
      refused++;
      assert.throws(() => apply(bodies[until + 1]), WireError);
    }
    for (const { entities, fields } of world.tables) {
      for (const [i, { id, q, row }] of entities.entries()) {
        assert.ok(i === 0 || id > entities[i - 1].id);
        for (const [f, field] of fields.entries()) {
          if (field.kind === STRING) assert.ok(typeof row[field.name] === "string");
          else assert.ok(q[f] >= field.min && q[f] <= field.max, `${field.name}: ${q[f]}`);
        }
      }
    }
    apply(bodies[0]);
    assert.equal(world.hash(), bodies[0].hash);
    apply(bodies[1]);
    assert.equal(world.hash(), bodies[1].hash);
  }
  assert.ok(refused > 100, `${refused}`);
});

test("a keyframe that breaks off leaves the world as it was", () => {
  const { world, apply } = start(rich);
  const { bodies } = rich;
  apply(bodies[0]);
  apply(bodies[1]);
  const hash = world.hash();
  const bytes = body(bodies[0].hex);
  for (let end = 0; end < bytes.length; end++) {
    assert.throws(() => apply(bodies[0], bytes.subarray(0, end)), WireError);
    assert.equal(world.hash(), hash);
  }
  // Four zeros may have been left out at the end, so no fewer bytes are surely too many.
  const longer = new Uint8Array([...bytes, 1, 1, 1, 1, 1]);
  assert.throws(() => apply(bodies[0], longer), WireError);
  assert.equal(world.hash(), hash);
});

test("a stream begins with a keyframe, and a body is binary", () => {
  const { apply } = start(rich);
  assert.throws(() => apply(rich.bodies[1]), WireError);
  for (const other of [null, [], "", 5]) {
    assert.throws(() => apply(rich.bodies[0], /** @type {any} */ (other)), WireError);
  }
});

test("rows keep their objects through deltas and keyframes", () => {
  const { world, apply } = start(rich);
  const { bodies } = rich;
  for (const b of bodies.slice(0, 3)) apply(b);
  const held = world.tables.map((t) => new Map(t.rows));
  apply(bodies[3]);
  apply(bodies[0]);
  for (const b of bodies.slice(1, 4)) apply(b);
  let same = 0;
  for (const [t, { rows }] of world.tables.entries()) {
    for (const [id, row] of rows) {
      if (held[t].get(id) === row) same++;
    }
  }
  assert.ok(same > 0);
});
