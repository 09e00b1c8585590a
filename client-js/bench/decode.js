import { execFileSync } from "node:child_process";
import { decode } from "../src/decode.js";
import * as frames from "../src/frames.js";
import { applyDelta, applyKeyframe } from "../src/mp.js";
import { PackedDecoder } from "../src/packed/decoder.js";
import { parseSchema } from "../src/schema.js";
import { World } from "../src/world.js";

// What a snapshot costs a client, from the socket's bytes to the rows of the state: `node bench/decode.js`, which
// needs Go, because the frames come from cmd/bodies. Each stream is decoded once with every hash compared, then
// for a second or so against the clock.

const SIZES = [16, 100, 1000, 5000];
const MEASURE_MS = 1000;

/** @param {number} entities @param {string} codec */
function streamOf(entities, codec) {
  const ticks = Math.max(60, Math.min(300, Math.floor(300_000 / entities)));
  const flags = ["-entities", entities, "-ticks", ticks, "-codec", codec].map(String);
  const out = execFileSync("go", ["run", "./cmd/bodies", ...flags], {
    cwd: new URL("../..", import.meta.url),
    maxBuffer: 1 << 28,
    encoding: "utf8",
  });
  const [{ enter }, ...snapshots] = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return {
    enter: unhex(enter),
    snapshots: snapshots.map(({ hex, ...rest }) => ({ ...rest, bytes: unhex(hex) })),
  };
}

/** @param {string} hex */
const unhex = (hex) => new Uint8Array(Buffer.from(hex, "hex"));

/** @param {Uint8Array} enter @param {string} codec */
function replicaOf(enter, codec) {
  const { tables, inputs } = frames.enter(decode(enter));
  const world = new World(parseSchema(tables, inputs));
  const packed = codec === "packed" ? new PackedDecoder(world) : null;
  /** @param {Uint8Array} bytes of a snapshot frame */
  const take = (bytes) => {
    const { tick, base, body } = frames.snapshot(decode(bytes));
    if (packed !== null) packed.apply(tick, base, body, null);
    else if (base === 0) applyKeyframe(world, body, null);
    else applyDelta(world, body, null);
  };
  return { world, take };
}

/** @param {number} entities @param {string} codec */
function measure(entities, codec) {
  const { enter, snapshots } = streamOf(entities, codec);
  const { world, take } = replicaOf(enter, codec);
  for (const { bytes, hash } of snapshots) {
    take(bytes);
    if (world.hash() !== hash) throw new Error(`${codec}, ${entities} entities: a hash differs`);
  }
  const deltas = snapshots.slice(1);
  let spent = 0;
  let decoded = 0;
  let best = Number.POSITIVE_INFINITY;
  while (spent < MEASURE_MS) {
    take(snapshots[0].bytes);
    const began = performance.now();
    for (const { bytes } of deltas) take(bytes);
    const took = performance.now() - began;
    spent += took;
    decoded += deltas.length;
    best = Math.min(best, took);
  }
  const total = (/** @type {(s: any) => number} */ of) => deltas.reduce((sum, s) => sum + of(s), 0);
  const fields = total((s) => s.changed);
  return {
    bytes: total((s) => s.bytes.length) / deltas.length,
    fields: fields / deltas.length,
    mean: (spent * 1e6) / ((decoded / deltas.length) * fields),
    best: (best * 1e6) / fields,
    perFrame: (best * 1e3) / deltas.length,
  };
}

console.log(
  "codec   entities  bytes/frame  changed  ns/changed field: mean  best   us/frame (best)",
);
for (const codec of ["packed", "mp"]) {
  for (const entities of SIZES) {
    const m = measure(entities, codec);
    const cells = [
      codec.padEnd(8),
      String(entities).padStart(7),
      m.bytes.toFixed(0).padStart(12),
      m.fields.toFixed(0).padStart(8),
      m.mean.toFixed(0).padStart(23),
      m.best.toFixed(0).padStart(5),
      m.perFrame.toFixed(1).padStart(16),
    ];
    console.log(cells.join(" "));
  }
}
