import assert from "node:assert/strict";
import { test } from "node:test";
import { preload, Room } from "../src/index.js";
import { load } from "../src/parts.js";
import { Stats } from "../src/stats.js";

// In a file of its own, since what is loaded later is loaded for all that follows.

test("a view shows the newest snapshot until its interpolation is loaded, and is interpolated then", async () => {
  await load("social"); // as before every hello
  let now = 0;
  const timers = { setTimeout: () => 0, clearTimeout: () => {}, now: () => now };
  const nothing = () => {};
  const uplink = {
    input: nothing,
    ack: nothing,
    resync: nothing,
    leave: async () => {},
    rtt: () => 0,
    timers,
  };
  const frame = { epoch: 1, match: "m", game: "g", seat: 0, tickRate: 10, tick: 1, hashEvery: 0 };
  const tables = [["ships", [["x", 2, 0, 1, 0, 1000]]]];
  const room = new Room(
    { ...frame, tables, inputs: [] },
    "mp",
    uplink,
    new Stats(timers.now),
    nothing,
  );
  const snapshot = (/** @type {number} */ tick, /** @type {any} */ body) => {
    now = tick * 100;
    room._snapshot({
      epoch: 1,
      tick,
      base: tick === 10 ? 0 : tick - 1,
      input: 0,
      slack: 0,
      hash: null,
      body,
    });
  };

  assert.deepEqual(room.view(), { ships: [] });
  room.interpolation = { delayMs: 50 };
  snapshot(10, [[0, [], [], [7, 100]]]);
  assert.deepEqual(room.view(), { ships: [{ id: 7, x: 100 }] });
  await preload();
  room.view();
  snapshot(11, [[0, [], [1 + 6, 1, 10], []]]);
  assert.deepEqual(room.view(), { ships: [{ id: 7, x: 105 }] }, "half a tick ago");
});
