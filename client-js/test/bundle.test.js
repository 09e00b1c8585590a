import assert from "node:assert/strict";
import { test } from "node:test";
import * as source from "../src/index.js";
import { harness, ship } from "./support/harness.js";

for (const file of ["deltatick.mjs", "deltatick.min.mjs"]) {
  /** @type {typeof source} */
  const bundle = await import(new URL(`../dist/${file}`, import.meta.url).href);
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
