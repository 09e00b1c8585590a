import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadStep } from "../src/index.js";

const repo = fileURLToPath(new URL("../../", import.meta.url));

/** @type {Uint8Array<ArrayBuffer>} */
let module;

before(() => {
  const folder = mkdtempSync(join(tmpdir(), "deltatick-step-"));
  const file = join(folder, "odd.wasm");
  try {
    const args = ["run", "./cmd/wasmstep", "-o", file, "./match/step/testdata/odd"];
    execFileSync("go", args, { cwd: repo, stdio: "pipe" });
    module = new Uint8Array(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a step may allocate, spawn goroutines, and even wait", async () => {
  const step = await loadStep(module);
  const row = { made: 0 };
  for (let i = 0; i < 20_000; i++) step(row, { allocate: true }, 1);
  step(row, { spawn: true }, 1);
  step(row, { wait: true }, 1);
  assert.equal(row.made, 20_002);
});

test("what Go says when it panics is in the error, of this step and of all after it", async () => {
  const step = await loadStep(module);
  const row = { made: 0 };
  step(row, {}, 1);
  const wanted = { message: /gave up: panic: after 1 steps/ };
  assert.throws(() => step(row, { panic: true }, 1), wanted);
  assert.throws(() => step(row, {}, 1), wanted);
  assert.equal(row.made, 1);
});

test("a step that waits for ever is told of instead of hanging the page", async () => {
  const step = await loadStep(module);
  assert.throws(() => step({ made: 0 }, { block: true }, 1), { message: /deadlock/ });
});
