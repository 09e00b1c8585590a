import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

/** What a page, a worker and Node have, and a bare engine has not. */
const absent = [
  "window",
  "document",
  "self",
  "WebSocket",
  "fetch",
  "localStorage",
  "sessionStorage",
  "performance",
  "navigator",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
];

for (const file of [
  ...["index.js", "views.js", "prediction.js", "social.js", "seldom.js", "spawns.js", "enter.js"],
]) {
  test(`importing ${file} needs no globals, makes none, changes none and starts nothing`, () => {
    const code = `
      const { setTimeout: later } = globalThis;
      for (const name of ${JSON.stringify(absent)}) delete globalThis[name];
      const before = Object.getOwnPropertyNames(globalThis);
      for (const made of [Object, Function, Array, Map, Set, Promise, String, Number, Uint8Array]) Object.freeze(made.prototype);
      await import(${JSON.stringify(new URL(`../src/${file}`, import.meta.url).href)});
      const made = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
      console.log(JSON.stringify({ made, active: process.getActiveResourcesInfo() }));
    `;
    const args = ["--input-type=module", "--eval", code];
    const said = JSON.parse(String(execFileSync(process.execPath, args)));
    assert.deepEqual(said.made, []);
    assert.ok(
      !said.active.some((/** @type {string} */ what) => /Timeout|TCP|Immediate/.test(what)),
    );
  });
}
