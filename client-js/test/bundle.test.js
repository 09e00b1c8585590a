import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";
import * as source from "../src/index.js";
import { harness, ship } from "./support/harness.js";

const before = new Set(Object.keys(globalThis));

/** @param {string} file of dist @returns {Promise<typeof source>} */
async function load(file) {
  const url = new URL(`../dist/${file}`, import.meta.url);
  if (file.endsWith(".mjs")) return import(url.href);
  // As a page runs it: a script, whose one variable is a global.
  vm.runInThisContext(await readFile(url, "utf8"), { filename: file });
  return /** @type {any} */ (globalThis).deltatick;
}

for (const file of ["deltatick.mjs", "deltatick.min.mjs", "deltatick.js"]) {
  const bundle = await load(file);
  await bundle.preload();

  test(`${file} offers what the source does`, () => {
    assert.deepEqual(Object.keys(bundle).sort(), Object.keys(source).sort());
    assert.deepEqual(bundle.CloseCodes, source.CloseCodes);
  });

  test(`${file} plays`, async () => {
    const it = harness({ connect: bundle.connect });
    const asked = it.net.request("x", "y", { deep: [{ er: "é" }, 1.5, null, -7] });
    assert.deepEqual(it.socket.last(2)[4], { deep: [{ er: "é" }, 1.5, null, -7] });
    it.socket.reply({ ok: true });
    assert.deepEqual(await asked, { ok: true });
    const room = it.enter();
    it.snapshot({ tick: 100, body: [[0, [], [], ship({ x: 3, name: "Zoë" })]] });
    assert.equal(room?.state.tables.ships.get(1)?.name, "Zoë");
    room?.input({ turn: 1 });
    it.clock.advance(50);
    assert.deepEqual(it.socket.last(3)[4], [0, 1, 0]);
  });
}

test("the script makes one global", () => {
  const made = Object.keys(globalThis).filter((name) => !before.has(name));
  assert.deepEqual(made, ["deltatick"]);
});
