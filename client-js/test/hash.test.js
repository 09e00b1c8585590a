import assert from "node:assert/strict";
import { test } from "node:test";
import { finish, mix } from "../src/hash.js";
import { applyKeyframe } from "../src/mp.js";
import { parseSchema } from "../src/schema.js";
import { World } from "../src/world.js";

/** @param {string} text whose length is a multiple of four */
function murmur(text) {
  const view = new DataView(new TextEncoder().encode(text).buffer);
  let h = 0;
  for (let i = 0; i < view.byteLength; i += 4) h = mix(h, view.getUint32(i, true));
  return finish(h, view.byteLength / 4);
}

test("published values of MurmurHash3 x86 32-bit, seed 0", () => {
  assert.equal(murmur(""), 0);
  assert.equal(murmur("test"), 0xba6bd213);
  assert.equal(murmur("abcd"), 0x43ed676a);
});

/** @param {number[]} words */
const ofWords = (words) => finish(words.reduce(mix, 0), words.length);

test("the world's words are those of the protocol: counts, ids, quanta, float bits, padded strings", () => {
  const schema = parseSchema(
    [
      [
        "a",
        [
          ["i", 1, -5, 5],
          ["f", 4],
          ["s", 5, 16],
        ],
      ],
      ["b", [["n", 3, 4]]],
    ],
    [],
  );
  const world = new World(schema);
  assert.equal(world.hash(), ofWords([0, 0]));
  applyKeyframe(
    world,
    [
      [0, [], [], [7, -3, 1.5, "héllo"]],
      [1, [], [], [2, 15, 3, 0]],
    ],
    null,
  );
  const text = [0x6ca9c368, 0x6f6c];
  assert.equal(world.hash(), ofWords([1, 7, -3, 0x3fc00000, 6, ...text, 2, 2, 15, 5, 0]));
});

test("an empty string is its length alone", () => {
  const world = new World(parseSchema([["a", [["s", 5, 16]]]], []));
  applyKeyframe(world, [[0, [], [], [1, ""]]], null);
  assert.equal(world.hash(), ofWords([1, 1, 0]));
});

test("the longest string there can be hashes by its bytes, after which a short one does too", () => {
  const long = "ab€".repeat(51);
  const world = new World(parseSchema([["a", [["s", 5, 255]]]], []));
  applyKeyframe(world, [[0, [], [], [1, long, 1, "x"]]], null);
  const padded = new Uint8Array(256);
  padded.set(new TextEncoder().encode(long));
  const words = [...new Uint32Array(padded.buffer)];
  assert.equal(world.hash(), ofWords([2, 1, 255, ...words, 2, 1, 0x78]));
});

test("a NaN hashes as the one the protocol has", () => {
  const world = new World(parseSchema([["a", [["f", 4]]]], []));
  applyKeyframe(world, [[0, [], [], [1, Number.NaN]]], null);
  assert.equal(world.hash(), ofWords([1, 1, 0x7fc00000]));
});
