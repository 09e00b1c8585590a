import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decode } from "../src/decode.js";
import { encode } from "../src/encode.js";
import { FLOAT, STRING } from "../src/fieldkinds.js";
import * as frames from "../src/frames.js";
import { finish, mix } from "../src/hash.js";
import { applyDelta, applyKeyframe } from "../src/mp.js";
import { parseSchema } from "../src/schema.js";
import * as transferFrames from "../src/transfer-frames.js";
import { WireError } from "../src/wire.js";
import { World } from "../src/world.js";

// The wire as bytes with their meaning, shared by every implementation; see the README beside them.
const folder = new URL("../../protocol/testdata/vectors/", import.meta.url);
/** @param {string} name @returns {any} */
const load = (name) =>
  JSON.parse(readFileSync(new URL(name, folder), "utf8"), (_, v) => {
    if (v?.$float !== undefined) return Number(v.$float);
    return v?.$bin === undefined ? v : new Uint8Array(Buffer.from(v.$bin, "hex"));
  });
/** @param {string} hex */
const unhex = (hex) => new Uint8Array(Buffer.from(hex, "hex"));

/** Reads a body, which is msgpack of its own, as the last element of a frame. @param {string} hex */
const body = (hex) => decode(unhex(`9215${hex}`))[1];

/** What this client does with a frame of a server. @param {any[]} frame */
function read(frame) {
  /** @type {Record<number, (f: any[]) => any>} */
  const readers = {
    16: frames.welcome,
    17: frames.reply,
    18: frames.event,
    19: frames.pong,
    20: (f) => {
      const enter = frames.enter(f);
      return parseSchema(enter.tables, enter.inputs);
    },
    21: frames.snapshot,
    22: frames.ask,
    23: transferFrames.offer,
    24: transferFrames.chunk,
    25: transferFrames.progress,
  };
  return readers[frame[0]]?.(frame);
}

for (const { name, from, canonical, hex, value } of load("frames.json")) {
  test(`frame: ${name}`, () => {
    const frame = decode(unhex(hex));
    assert.deepEqual(frame, value);
    if (from === "server") read(frame);
    if (!canonical || from === "server") return;
    // JavaScript has one NaN, and it is not the one Go writes.
    const wanted = hex.replaceAll("cb7ff8000000000001", "cb7ff8000000000000");
    assert.equal(Buffer.from(encode(value)).toString("hex"), wanted);
  });
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
for (const story of load("snapshots.json")) {
  test(`snapshots: ${story.name}`, () => {
    const enter = frames.enter(decode(unhex(story.enter)));
    assert.deepEqual(enter.tables, story.tables);
    const schema = parseSchema(enter.tables, enter.inputs);
    /** @type {Map<number, any>} */
    const worlds = new Map(story.worlds.map((/** @type {any} */ w) => [w.tick, w]));
    // Every world can be had by itself: how to reach it from nothing.
    /** @type {Map<number, string[]>} */
    const ways = new Map([[0, []]]);
    for (const { tick, base, hex } of story.bodies) {
      const way = [.../** @type {string[]} */ (ways.get(base)), hex];
      if (!ways.has(tick)) ways.set(tick, way);
      const world = new World(schema);
      for (const [i, step] of way.entries()) {
        if (i === 0) applyKeyframe(world, body(step), null);
        else applyDelta(world, body(step), null);
      }
      assert.deepEqual(rowsOf(world), worlds.get(tick).tables, `tick ${tick}`);
      assert.equal(world.hash(), worlds.get(tick).hash, `tick ${tick}`);
    }
  });
}

for (const { name, schema, tables, words, hash } of load("hash.json")) {
  test(`hash: ${name}`, () => {
    const bytes = unhex(words);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let h = 0;
    for (let at = 0; at < bytes.length; at += 4) h = mix(h, view.getUint32(at, true));
    assert.equal(finish(h, bytes.length / 4), hash);
    const world = new World(parseSchema(schema, []));
    const keyframe = tables.map((/** @type {any[]} */ rows, /** @type {number} */ t) => {
      let last = 0;
      const added = rows.flatMap((row) => {
        const gap = row.id - last;
        last = row.id;
        return [
          gap,
          ...row.values.map((/** @type {any} */ v, /** @type {number} */ i) =>
            typeof v === "string" || schema[t][1][i][1] === FLOAT ? v : row.quanta[i],
          ),
        ];
      });
      return [t, [], [], added];
    });
    applyKeyframe(world, keyframe, null);
    assert.equal(world.hash(), hash);
  });
}

const hostile = load("hostile.json");
for (const { name, from, hex } of hostile.frames) {
  if (from === "client") continue;
  test(`refused frame: ${name}`, () => {
    assert.throws(() => decode(unhex(hex)), WireError);
  });
}
for (const { name, from, kind, hex } of hostile.contents) {
  if (from === "client") continue;
  test(`refused ${kind}: ${name}`, () => {
    assert.throws(() => read(decode(unhex(hex))), WireError);
  });
}
for (const { name, base, hex } of hostile.bodies) {
  test(`refused body: ${name}`, () => {
    const enter = frames.enter(decode(unhex(hostile.enter)));
    const world = new World(parseSchema(enter.tables, enter.inputs));
    if (base !== undefined) applyKeyframe(world, body(base), null);
    const apply = base === undefined ? applyKeyframe : applyDelta;
    assert.throws(() => apply(world, body(hex), null), WireError);
  });
}

test("there is something to compare with", () => {
  for (const name of ["frames.json", "snapshots.json", "hash.json"])
    assert.ok(load(name).length > 5);
  for (const key of ["frames", "contents", "bodies"]) assert.ok(hostile[key].length > 20);
});
