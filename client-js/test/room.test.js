import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decode } from "../src/decode.js";
import { harness, settled, ship } from "./support/harness.js";

const [INPUT, ACK, RESYNC] = [3, 4, 6];

/** A client in a match whose first keyframe has one ship (id 1) at (0, 0). @param {any} [is] */
function inMatch(is) {
  const it = harness(is);
  /** @type {import("../src/index.js").Room} */
  const room = /** @type {any} */ (it.enter(is));
  it.snapshot({ tick: 100, body: [[0, [], [], ship({})]] });
  return { ...it, it, room, socket: it.socket };
}
/** @param {number} dx in quanta of 0.01 */
const move = (dx) => [[0, [], [1, 1, dx], []]];

test("a match is entered, and ready with its first keyframe", async () => {
  const it = harness();
  /** @type {any[]} */
  const rooms = [];
  it.net.on("room", (r) => rooms.push(r));
  const room = it.enter({ seat: 3 });
  assert.deepEqual(rooms, [room]);
  it.net.on("room", (r) => rooms.push(r));
  assert.equal(rooms[1], room, "a handler that comes later gets it too");
  assert.ok(room);
  assert.deepEqual(
    [room.match, room.game, room.seat, room.tickRate, room.epoch, room.tick],
    ["m1", "arena", 3, 60, 1, 0],
  );
  let isReady = false;
  room.ready.then(() => {
    isReady = true;
  });
  await settled();
  assert.equal(isReady, false);
  it.snapshot({ tick: 100, body: [] });
  assert.equal(await room.ready, room);
  assert.equal(room.tick, 100);
});

test("a row that left the view is told apart from one that is gone", () => {
  const { it, room } = inMatch();
  it.snapshot({ tick: 101, base: 100, body: [[0, [], [], ship({ gap: 2 })]] });
  /** @type {any[]} */
  const told = [];
  room.on("remove", (table, id, row, how) => told.push([table, id, row.hp, how]));
  it.snapshot({ tick: 102, base: 101, body: [[0, [1], [], [], [2]]] });
  assert.deepEqual(told, [
    ["ships", 1, 100, "gone"],
    ["ships", 2, 100, "left"],
  ]);
  assert.equal(room.state.tables.ships.size, 0);
});

test("a match goes on over a socket whose codec is the other one, and back", () => {
  const { it, room } = inMatch();
  // A stream that the server's code made.
  const file = new URL("../../protocol/testdata/vectors/packed.json", import.meta.url);
  const stream = JSON.parse(readFileSync(file, "utf8")).find((/** @type {any} */ s) =>
    s.name.startsWith("thirty-two"),
  );
  const bodyOf = (/** @type {any} */ b) => decode(Buffer.from(`9215${b.hex}`, "hex"))[1];
  const matches = { match: "wide", tables: stream.tables, inputs: [] };
  const wide = /** @type {import("../src/index.js").Room} */ (it.enter({ ...matches, epoch: 2 }));
  assert.notEqual(wide, room);
  it.snapshot({ epoch: 2, tick: 1, body: [] });
  for (const codec of ["packed", "mp", "packed"]) {
    it.net.cut();
    it.accept({ resumed: true, codec });
    assert.equal(it.net.codec, codec);
    const epoch = wide.epoch + 1;
    assert.equal(it.enter({ ...matches, epoch }), wide);
    if (codec === "mp") {
      it.snapshot({ epoch, tick: 1, body: [] });
      assert.equal(wide.state.tables.wide.size, 0);
      continue;
    }
    for (const b of stream.bodies) {
      it.snapshot({ epoch, tick: b.tick, base: b.base, body: bodyOf(b), hash: b.hash });
    }
    assert.equal(wide.tick, stream.bodies.at(-1).tick);
  }
  assert.equal(it.net.stats.resyncs, 0);
});

test("snapshots move the state on", () => {
  const { it, room } = inMatch();
  it.snapshot({ tick: 101, base: 100, body: move(150) });
  assert.equal(room.state.tables.ships.get(1)?.x, 1.5);
  it.snapshot({ tick: 105, base: 101, body: move(-50) });
  assert.equal(room.state.tables.ships.get(1)?.x, 1);
  assert.deepEqual([room.tick, room.stats.base], [105, 101]);
  assert.equal(it.net.stats.snapshots, 3);
  assert.equal(it.net.stats.keyframes, 1);
});

test("rows that come, change and go are told after the whole snapshot is applied", () => {
  const { it, room } = inMatch();
  /** @type {any[]} */
  const told = [];
  room.on("add", (table, id, row) => told.push(["add", table, id, row.name, room.tick]));
  room.on("change", (table, id, row) => told.push(["change", table, id, row.x, room.tick]));
  room.on("remove", (table, id) => told.push(["remove", table, id, room.tick]));
  room.on("snapshot", (r) => told.push(["snapshot", r.tick]));
  assert.deepEqual(
    told,
    [["add", "ships", 1, "Ada", 100]],
    "what is present is told to a newcomer",
  );
  told.length = 0;
  it.snapshot({
    tick: 101,
    base: 100,
    body: [
      [0, [], [1, 1, 150], ship({ gap: 2, name: "Bo" })],
      [1, [], [], [9, 3]],
    ],
  });
  it.snapshot({ tick: 102, base: 101, body: [[0, [1], [], []]] });
  assert.deepEqual(told, [
    ["add", "ships", 2, "Bo", 101],
    ["add", "pickups", 9, undefined, 101],
    ["change", "ships", 1, 1.5, 101],
    ["snapshot", 101],
    ["remove", "ships", 1, 102],
    ["snapshot", 102],
  ]);
});

test("a matching hash is fine; another one asks for a keyframe and is counted", () => {
  const { it, room, socket } = inMatch();
  let snapshots = 0;
  room.on("snapshot", () => snapshots++);
  it.snapshot({ tick: 101, base: 100, body: move(1), hash: 12345 });
  assert.equal(it.net.stats.desyncs, 1);
  assert.deepEqual(socket.ofKind(RESYNC), [[RESYNC, 1, 1]]);
  assert.equal(snapshots, 0);
  it.snapshot({ tick: 102, base: 101, body: move(1) });
  assert.equal(room.tick, 100, "nothing is applied until the keyframe");
  assert.deepEqual(socket.ofKind(RESYNC).length, 1, "and it is asked for once");
  it.snapshot({ tick: 103, body: [[0, [], [], ship({ x: 9 })]] });
  assert.deepEqual([room.tick, room.state.tables.ships.get(1)?.x, snapshots], [103, 9, 1]);
  it.snapshot({ tick: 104, base: 103, body: move(1) });
  assert.equal(room.tick, 104);
});

test("a baseline that is not ours asks for a keyframe", () => {
  const { it, room, socket } = inMatch();
  it.snapshot({ tick: 103, base: 102, body: move(1) });
  assert.deepEqual(socket.ofKind(RESYNC), [[RESYNC, 1, 2]]);
  assert.equal(room.state.tables.ships.get(1)?.x, 0);
});

test("a delta before any keyframe asks for one", () => {
  const it = harness();
  it.enter();
  it.snapshot({ tick: 101, base: 100, body: [] });
  assert.deepEqual(it.socket.ofKind(RESYNC), [[RESYNC, 1, 2]]);
});

test("a body that does not decode asks for a keyframe, whichever way it is broken", () => {
  for (const bad of [null, [[0, [7], [], []]], [[9, [], [], []]], move(1e9)]) {
    const { it, socket } = inMatch();
    it.snapshot({ tick: 101, base: 100, body: bad });
    assert.deepEqual(socket.ofKind(RESYNC), [[RESYNC, 1, 3]]);
    assert.equal(it.net.stats.unapplied, 1);
  }
});

test("a snapshot whose msgpack is broken asks for a keyframe too", () => {
  const { it, room, socket } = inMatch();
  socket.raw(new Uint8Array([0x98, 21, 1, 101, 100, 0, 20, 0xc0, 0xdc, 0xff]));
  assert.deepEqual(socket.ofKind(RESYNC), [[RESYNC, 1, 3]]);
  assert.equal(it.net.stats.malformed, 1);
  it.snapshot({ tick: 102, base: 101, body: move(1) });
  assert.equal(room.tick, 100);
});

test("ticks that do not grow are refused", () => {
  const { it, room, socket } = inMatch();
  it.snapshot({ tick: 100, body: [] });
  assert.deepEqual(socket.ofKind(RESYNC), [[RESYNC, 1, 3]]);
  assert.equal(room.state.tables.ships.size, 1);
});

test("a keyframe that is never right is asked for at most twice a second", () => {
  const { it, socket, clock } = inMatch();
  for (let tick = 101; tick < 161; tick++) {
    clock.advance(1000 / 60);
    it.snapshot({ tick, hash: 1, body: [] });
  }
  const asked = socket.ofKind(RESYNC).length;
  assert.ok(asked >= 2 && asked <= 3, `${asked}`);
});

test("rows told as present stay consistent over a snapshot that fails half-way", () => {
  const { it, room } = inMatch();
  const present = new Set([1]);
  room.on("add", (_, id) => present.add(id));
  room.on("remove", (_, id) => present.delete(id));
  it.snapshot({
    tick: 101,
    base: 100,
    body: [
      [0, [1], [], ship({ gap: 2 })],
      [1, [4], [], []],
    ],
  });
  it.snapshot({ tick: 102, body: [[0, [], [], ship({ gap: 3 })]] });
  assert.deepEqual([...present], [3]);
  assert.deepEqual([...room.state.tables.ships.keys()], [3]);
});

test("frames of another epoch, or of no match, are dropped and counted", () => {
  const { it, room } = inMatch();
  it.snapshot({ epoch: 9, tick: 101, base: 100, body: move(1) });
  assert.equal(room.tick, 100);
  const nowhere = harness();
  nowhere.snapshot({ tick: 5, body: [] });
  assert.deepEqual([it.net.stats.stale, nowhere.net.stats.stale], [1, 1]);
});

test("a match that is lost and entered again goes on in the same room", () => {
  const { it, room, clock } = inMatch();
  /** @type {any[]} */
  const told = [];
  let rooms = 0;
  it.net.on("room", () => rooms++);
  room.on("drop", (d) => told.push(["drop", d]));
  room.on("resume", (r) => told.push(["resume", r]));
  room.on("add", (_, id) => told.push(["add", id]));
  room.on("remove", (_, id) => told.push(["remove", id]));
  told.length = 0;
  it.net.cut();
  clock.advance(200);
  it.accept({ resumed: true, token: "token-2", lost: 1 });
  it.enter({ epoch: 2, tick: 112 });
  assert.equal(room.epoch, 2);
  it.snapshot({ epoch: 1, tick: 113, base: 100, body: move(1) });
  it.snapshot({ epoch: 2, tick: 113, body: [[0, [], [], ship({ gap: 2 })]] });
  assert.deepEqual(told, [
    ["drop", { code: 1006, name: "lost" }],
    ["resume", { downMs: 200, lost: 1, missedTicks: 13 }],
    ["remove", 1],
    ["add", 2],
  ]);
  assert.equal(rooms, 1);
  assert.equal(it.net.room, room);
  it.snapshot({ epoch: 2, tick: 114, base: 113, body: [] });
  assert.equal(told.length, 4, "resume is told once");
});

test("a match that is not entered again within three seconds is over", () => {
  const { it, room, clock } = inMatch();
  /** @type {any[]} */
  const told = [];
  room.on("exit", (e) => told.push(e.reason));
  it.net.cut();
  it.accept({ resumed: true });
  for (let i = 0; i < 29; i++) {
    clock.advance(100);
    it.socket.push(99);
  }
  assert.deepEqual(told, []);
  clock.advance(101);
  assert.deepEqual(told, ["lost"]);
  assert.equal(it.net.room, null);
});

test("exit ends the room with its reason and result, and what comes later is stale", () => {
  const { it, room, socket } = inMatch();
  /** @type {any[]} */
  const told = [];
  room.on("exit", (e) => told.push(e));
  room.input({ thrust: true });
  socket.event(1, "match", "exit", { match: "another", reason: "ended", result: null });
  assert.deepEqual(told, []);
  socket.event(2, "match", "exit", { match: "m1", reason: "ended", result: { winner: 1 } });
  assert.deepEqual(told, [{ reason: "ended", result: { winner: 1 } }]);
  assert.equal(it.net.room, null);
  it.snapshot({ tick: 101, base: 100, body: move(1) });
  assert.equal(it.net.stats.stale, 1);
  const sent = socket.ofKind(INPUT).length;
  room.input({ thrust: false });
  it.clock.advance(500);
  assert.equal(socket.ofKind(INPUT).length, sent);
});

test("another match replaces the one before", () => {
  const { it, room } = inMatch();
  /** @type {any[]} */
  const told = [];
  room.on("exit", (e) => told.push(e.reason));
  const next = it.enter({ match: "m2", epoch: 5 });
  assert.deepEqual(told, ["left"]);
  assert.notEqual(next, room);
});

test("closing for good ends the room and refuses its ready", async () => {
  const it = harness();
  const room = /** @type {import("../src/index.js").Room} */ (it.enter());
  let reason = "";
  room.on("exit", (e) => {
    reason = e.reason;
  });
  it.socket.end(4500);
  assert.equal(reason, "closed");
  await assert.rejects(room.ready, /closed/);
});

test("game events reach their handlers by name, each once, also over a new socket", () => {
  const { it, room, socket } = inMatch();
  /** @type {any[]} */
  const told = [];
  const off = room.onEvent("kill", (payload, tick) => told.push([payload.victim, tick]));
  socket.event(1, "match", "kill", { victim: 4 }, 101);
  socket.event(2, "match", "other", {}, 101);
  it.net.cut();
  it.accept({ resumed: true });
  it.socket.event(2, "match", "other", {}, 101);
  it.socket.event(3, "match", "kill", { victim: 5 }, 103);
  off();
  it.socket.event(4, "match", "kill", { victim: 6 }, 104);
  assert.deepEqual(told, [
    [4, 101],
    [5, 103],
  ]);
});

test("an enter with a schema that breaks the rules is refused and leaves the present match", () => {
  const { it, room } = inMatch();
  it.enter({ match: "m2", tables: [["__proto__", []]] });
  assert.equal(it.net.room, room);
  assert.equal(it.net.stats.malformed, 1);
});

test("an input is quantised by the schema and sent with the newest snapshot's tick", () => {
  const { it, room, socket, clock } = inMatch();
  room.input({ thrust: true, turn: -0.8, aim: Math.PI });
  clock.advance(17);
  const [kind, epoch, tick, ack, values] = socket.last(INPUT);
  assert.deepEqual([kind, epoch, ack, values], [INPUT, 1, 100, [1, -1, 128]]);
  assert.ok(tick > 100 && tick < 110);
  room.input({ turn: 5 });
  clock.advance(17);
  assert.deepEqual(socket.last(INPUT)[4], [0, 1, 0], "set as a whole, and kept to the range");
  assert.equal(room.stats.inputTick, socket.last(INPUT)[2]);
  it.net.close();
  assert.equal(clock.pending, 0);
});

test("an input says which tick the player was shown", () => {
  const { it, room, clock } = inMatch();
  room.input({});
  const seen = () => {
    clock.advance(1000 / 60);
    return it.socket.last(INPUT)[5];
  };
  assert.equal(seen(), 100, "the newest, to who draws the state");
  for (let tick = 101; tick <= 130; tick++) {
    clock.advance(1000 / 60);
    it.snapshot({ tick, base: tick - 1, body: [] });
    room.view(clock.now());
  }
  assert.equal(seen(), 124, "100 ms ago, to who draws the view");
  assert.equal(seen(), 124, "what was drawn last");
  room.view(clock.now() + 10_000);
  assert.equal(seen(), 130, "never what has not come yet");
  it.net.cut();
  clock.advance(200);
  it.accept({ resumed: true });
  it.enter({ epoch: 2, tick: 200 });
  it.snapshot({ epoch: 2, tick: 200, body: [] });
  clock.advance(40);
  assert.equal(it.socket.last(INPUT)[5], 200, "after a pause, until it is drawn again");
});

test("what an input says to have been shown keeps to the delay that the line needs", () => {
  const { it, room, clock } = inMatch();
  room.input({});
  let base = 100;
  for (const gap of [1, 6]) {
    for (let tick = base + gap; tick <= base + 1200; tick += gap) {
      for (let i = 0; i < gap; i++) {
        clock.advance(1000 / 60);
        if (i === gap - 1) it.snapshot({ tick, base: room.tick, body: [], input: tick, slack: 20 });
        room.view(clock.now());
      }
    }
    base += 1200;
    const { delayMs } = room.interpolation;
    if (gap === 1) assert.equal(delayMs, 50);
    else assert.ok(delayMs > 100 && delayMs < 130, `${delayMs}`);
    clock.advance(1);
    it.socket.sent.length = 0;
    clock.advance(1000 / 60);
    const behind = base - it.socket.last(INPUT)[5];
    assert.ok(
      Math.abs(behind - (delayMs * 60) / 1000) <= 0.51,
      `${behind} ticks with ${delayMs} ms`,
    );
  }
});

test("one input goes out per tick, with ticks that rise by one", () => {
  const { it, room, socket, clock } = inMatch();
  room.input({});
  for (let tick = 101; tick <= 160; tick++) {
    clock.advance(1000 / 60);
    it.snapshot({ tick, base: tick - 1, body: [], slack: 20, input: tick });
  }
  const ticks = socket.ofKind(INPUT).map((f) => f[2]);
  assert.ok(ticks.length >= 59 && ticks.length <= 62, `${ticks.length}`);
  assert.deepEqual(
    ticks,
    ticks.map((_, i) => ticks[0] + i),
  );
  assert.equal(socket.ofKind(ACK).length, 1, "inputs acknowledge; only the keyframe needed an ack");
});

test("who sends no input acknowledges at least every 100 ms", () => {
  const { it, socket, clock } = inMatch({ seat: 0 });
  it.net.room?.input({ thrust: true });
  let acked = clock.now();
  for (let tick = 101; tick <= 220; tick++) {
    clock.advance(1000 / 60);
    const before = socket.ofKind(ACK).length;
    it.snapshot({ tick, base: tick - 1, body: [] });
    if (socket.ofKind(ACK).length > before) {
      assert.deepEqual(socket.last(ACK), [ACK, 1, tick]);
      acked = clock.now();
    }
    assert.ok(clock.now() - acked < 100);
  }
  assert.equal(socket.ofKind(INPUT).length, 0, "a spectator has no input");
  assert.ok(socket.ofKind(ACK).length <= 41, "and no more often than needed");
});

test("the last of snapshots that come all at once is acknowledged, too: the server may wait for that before it sends another", () => {
  const { it, socket, clock } = inMatch({ seat: 0 });
  clock.advance(400);
  for (let tick = 101; tick <= 124; tick++) it.snapshot({ tick, base: tick - 1, body: [] });
  clock.advance(100);
  assert.deepEqual(
    socket.ofKind(ACK).map((f) => f[2]),
    [100, 101, 124],
  );
  clock.advance(10_000);
  assert.equal(socket.ofKind(ACK).length, 3, "once");
});

test("what could not be applied is acknowledged all the same, or no keyframe would ever come", () => {
  const { it, socket, clock } = inMatch();
  clock.advance(100);
  it.snapshot({ tick: 106, base: 104, body: [] });
  assert.deepEqual(socket.last(ACK), [ACK, 1, 106]);
});

test("in a throttled tab, whose timers come once a second, inputs go on at full rate", () => {
  const { it, room, socket, clock } = inMatch();
  room.input({});
  for (let tick = 101; tick <= 220; tick++) {
    clock.setTimeout(() => it.snapshot({ tick, base: tick - 1, body: [], slack: 20 }), 0);
    // Timers are held back by waking only when a message comes.
    clock.sleep(1000 / 60);
  }
  const n = socket.ofKind(INPUT).length;
  assert.ok(n >= 115 && n <= 125, `${n}`);
});

test("over a new socket inputs start anew, from the new epoch and tick", () => {
  const { it, room, clock } = inMatch();
  room.input({ thrust: true });
  clock.advance(100);
  it.net.cut();
  const dropped = it.sockets[0].ofKind(INPUT).length;
  clock.advance(500);
  assert.equal(it.sockets[0].ofKind(INPUT).length, dropped);
  it.accept({ resumed: true });
  it.enter({ epoch: 3, tick: 500 });
  clock.advance(100);
  assert.equal(it.socket.ofKind(INPUT).length, 0, "none before the first snapshot");
  it.snapshot({ epoch: 3, tick: 506, body: [] });
  clock.advance(40);
  const [, epoch, tick, ack, values] = it.socket.last(INPUT);
  assert.deepEqual([epoch, ack, values], [3, 506, [1, 0, 0]]);
  assert.ok(tick > 506);
});

test("the view shows what is there, with ids, and its delay can be set", () => {
  const { it, room, clock } = inMatch();
  assert.equal(room.view(clock.now()).ships[0].id, 1);
  assert.deepEqual(room.interpolation, { delayMs: 100, snap: {} });
  room.interpolation = { delayMs: 50 };
  for (let tick = 101; tick <= 130; tick++) {
    clock.advance(1000 / 60);
    it.snapshot({ tick, base: tick - 1, body: move(100) });
  }
  assert.ok(Math.abs(Number(room.view(clock.now()).ships[0].x) - 27) < 0.01);
  assert.throws(() => {
    room.interpolation = { delayMs: -1 };
  }, RangeError);
});

test("the statistics tell the server's slack and what was consumed", () => {
  const { it, room, clock } = inMatch();
  clock.advance(17);
  it.snapshot({ tick: 101, base: 100, slack: -7, input: 99, body: [] });
  clock.advance(200);
  const { slack, consumedTick, tick, base, hz } = room.stats;
  assert.deepEqual(
    { slack, consumedTick, tick, base, hz },
    { slack: -7, consumedTick: 99, tick: 101, base: 100, hz: 2 },
  );
});
