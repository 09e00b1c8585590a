import assert from "node:assert/strict";
import { test } from "node:test";
import { harness } from "./support/harness.js";

test("every event is told once, in order, over any number of sockets", () => {
  const it = harness();
  /** @type {number[]} */
  const seen = [];
  it.net.on("event", (e) => seen.push(e.seq));
  for (const seq of [1, 2, 3]) it.socket.event(seq, "x", "y", null);
  it.net.cut();
  it.accept({ resumed: true });
  for (const seq of [2, 3, 4]) it.socket.event(seq, "x", "y", null);
  it.socket.event(4, "x", "y", null);
  it.net.cut();
  it.accept({ resumed: true });
  it.socket.event(9, "x", "y", null);
  assert.deepEqual(seen, [1, 2, 3, 4, 9]);
  assert.equal(it.net.stats.duplicates, 3);
});

test("an event has its channel, name, payload and tick", () => {
  const it = harness();
  /** @type {any[]} */
  const seen = [];
  it.net.on("event", (e) => seen.push(e));
  it.socket.event(1, "chat", "said", { text: "hi" }, 77);
  assert.deepEqual(seen, [
    { seq: 1, channel: "chat", name: "said", payload: { text: "hi" }, tick: 77 },
  ]);
});

test("a new session counts its events from one again", () => {
  const it = harness({ resume: "off" });
  /** @type {number[]} */
  const seen = [];
  it.net.on("event", (e) => seen.push(e.seq));
  it.socket.event(5, "x", "y", null);
  it.net.cut();
  it.socket.open();
  assert.equal(it.socket.last(1)[5], null);
  it.socket.welcome({ session: "s2" });
  it.socket.event(1, "x", "y", null);
  assert.deepEqual(seen, [5, 1]);
});

test("a notice is told", () => {
  const it = harness();
  /** @type {any[]} */
  const seen = [];
  it.net.on("notice", (n) => seen.push(n));
  it.socket.event(1, "session", "notice", { code: "input-rate", message: "slow down" });
  assert.deepEqual(seen, [{ code: "input-rate", message: "slow down" }]);
});

test("a handler that throws stops nobody, and its error is told", () => {
  const it = harness();
  let told = 0;
  it.net.on("event", () => {
    throw new Error("handler");
  });
  it.net.on("event", () => told++);
  it.socket.event(1, "x", "y", null);
  assert.equal(told, 1);
  assert.deepEqual(
    it.errors.map((e) => /** @type {Error} */ (e).message),
    ["handler"],
  );
});

test("off takes one handler off, even while events are told", () => {
  const it = harness();
  /** @type {string[]} */
  const told = [];
  const handler = () => told.push("twice");
  const off = it.net.on("event", handler);
  it.net.on("event", handler);
  it.net.on("event", () => off());
  it.socket.event(1, "x", "y", null);
  it.socket.event(2, "x", "y", null);
  off();
  assert.equal(told.length, 3);
});

test("an event that is no event is refused and not counted as handled", () => {
  const it = harness();
  it.socket.push(18, -1, "x", "y", null, 0);
  it.socket.push(18, 1, 5, "y", null, 0);
  it.socket.push(18, 1);
  assert.equal(it.net.stats.malformed, 3);
  it.net.cut();
  it.socket.open();
  assert.deepEqual(it.socket.last(1)[5], ["token-1", 0]);
});
