import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffCap, MAX_WAIT } from "../src/backoff.js";
import { CloseCodes, closeInfo } from "../src/codes.js";
import { Redial } from "../src/redial.js";
import { seeded } from "./support/clock.js";

const LOST = 1006;

/** Waits of a client whose dials fail, attempt by attempt. @param {number} attempts @param {() => number} random */
function failing(attempts, random) {
  const redial = new Redial(random);
  return Array.from({ length: attempts }, () => redial.after(LOST, -1).waitMs);
}

test("the cap doubles with every attempt until it is the longest wait", () => {
  assert.deepEqual([1, 2, 3, 4].map(backoffCap), [500, 1000, 2000, 4000]);
  for (const n of [5, 6, 50, 5000]) assert.equal(backoffCap(n), MAX_WAIT);
});

test("every wait is inside its cap, and fills it evenly, also when the cap is reached", () => {
  const random = seeded(1);
  const runs = Array.from({ length: 4000 }, () => failing(8, random));
  for (let n = 1; n <= 8; n++) {
    const waits = runs.map((r) => r[n - 1]);
    const cap = backoffCap(n);
    assert.ok(waits.every((w) => w >= 0 && w < cap));
    for (let quarter = 0; quarter < 4; quarter++) {
      const share = waits.filter((w) => Math.floor((w / cap) * 4) === quarter).length / 4000;
      assert.ok(Math.abs(share - 0.25) < 0.04, `attempt ${n}, quarter ${quarter}: ${share}`);
    }
  }
});

test("the first dial after a cut does not wait, however many failed before", () => {
  const redial = new Redial(seeded(2));
  for (let i = 0; i < 5; i++) redial.after(LOST, -1);
  assert.deepEqual(redial.after(LOST, 60_000), { retry: "resume", waitMs: 0 });
  assert.equal(redial.attempt, 0);
  assert.ok(redial.after(LOST, -1).waitMs > 0);
});

test("two cuts within a second are both followed by an immediate dial", () => {
  const redial = new Redial(seeded(3));
  assert.equal(redial.after(LOST, 400).waitMs, 0);
  assert.equal(redial.after(LOST, 400).waitMs, 0);
});

test("a server that welcomes and drops again and again is dialled slower and slower", () => {
  const redial = new Redial(() => 0.999);
  const waits = Array.from({ length: 8 }, () => redial.after(LOST, 10).waitMs);
  assert.deepEqual(waits.slice(0, 3), [0, 0, 0]);
  for (let i = 4; i < 8; i++) assert.ok(waits[i] >= waits[i - 1]);
  assert.ok(waits[7] > 4000);
  assert.equal(redial.after(LOST, 6000).waitMs, 0, "one good link makes up for it");
});

test("a code that asks for a wait gets it, inside its range", () => {
  for (const [code, most] of [
    [4000, 1000],
    [4003, 5000],
    [4004, 1000],
  ]) {
    assert.ok(new Redial(() => 0.999).after(code, 60_000).waitMs > most * 0.99);
    assert.equal(new Redial(() => 0).after(code, 60_000).waitMs, 0);
  }
  assert.equal(new Redial(() => 0.999).after(4001, 60_000).waitMs, 0);
});

test("the table of close codes is that of the protocol", () => {
  for (const [number, row] of Object.entries(CloseCodes)) {
    const code = Number(number);
    assert.equal(row.code, code);
    if (code >= 4000 && code < 4500) assert.equal(row.retry, code === 4400 ? "renew" : "resume");
    if (code >= 4500 || code === 1000) assert.ok(["fresh", ""].includes(row.retry));
  }
  assert.deepEqual(
    Object.values(CloseCodes)
      .filter((r) => r.retry === "fresh")
      .map((r) => r.code),
    [4501, 4502],
  );
});

test("a code that is not in the table follows its range", () => {
  for (const code of [1001, 1005, 1006, 1011, 1012, 3000, 4099, 4499]) {
    assert.equal(closeInfo(code).retry, "resume");
  }
  for (const code of [4509, 4999]) assert.equal(closeInfo(code).retry, "");
});
