import assert from "node:assert/strict";
import { test } from "node:test";
import { harness, settled } from "./support/harness.js";

const REQUEST = 2;
/** @param {string} id @param {number} [players] */
const summary = (id, players = 1) => ({ id, name: id, game: "arena", players, phase: "open" });
/** @param {string} id @param {any} [more] */
const state = (id, more = {}) => ({ id, code: "ABC234", members: [], phase: "open", ...more });

test("every request has the name and payload of the protocol and resolves to what matters", async () => {
  const it = harness();
  const { lobby } = it.net;
  /** @type {[() => Promise<any>, string, any, any, any][]} */
  const calls = [
    [() => lobby.list(), "list", null, { lobbies: [summary("a")] }, [summary("a")]],
    [() => lobby.games(), "games", null, { games: [{ name: "arena" }] }, [{ name: "arena" }]],
    [
      () => lobby.create({ game: "arena" }),
      "create",
      { game: "arena" },
      { lobby: state("a") },
      state("a"),
    ],
    [() => lobby.ready(true), "ready", { ready: true }, null, undefined],
    [() => lobby.settings({ max_players: 4 }), "settings", { max_players: 4 }, null, undefined],
    [() => lobby.kick("u2"), "kick", { user: "u2" }, null, undefined],
    [() => lobby.host("u2"), "host", { user: "u2" }, null, undefined],
    [() => lobby.start(), "start", null, null, undefined],
    [() => lobby.rematch(), "rematch", null, null, undefined],
    [() => lobby.spectate(false), "spectate", { spectate: false }, null, undefined],
    [() => lobby.leave(), "leave", null, null, undefined],
    [
      () => lobby.join({ code: "abc234", spectate: true }),
      "join",
      { code: "abc234", spectate: true },
      { lobby: state("b") },
      state("b"),
    ],
  ];
  for (const [call, name, payload, reply, result] of calls) {
    const asked = call();
    assert.deepEqual(it.socket.last(REQUEST).slice(2), ["lobby", name, payload]);
    it.socket.reply(reply);
    assert.deepEqual(await asked, result);
  }
});

test("the state follows replies, events, leaving, being put out and closing", async () => {
  const it = harness();
  const { lobby } = it.net;
  /** @type {any[]} */
  const told = [];
  lobby.on("state", (s) => told.push(s?.phase ?? null));
  lobby.on("closed", (c) => told.push(c.reason));
  const created = lobby.create({ game: "arena" });
  it.socket.reply({ lobby: state("a") });
  await created;
  it.socket.event(1, "lobby", "state", state("a", { phase: "playing" }));
  assert.equal(lobby.state?.phase, "playing");
  const left = lobby.leave();
  it.socket.reply(null);
  await left;
  it.socket.event(2, "lobby", "state", state("b"));
  it.socket.event(3, "lobby", "closed", { id: "elsewhere", reason: "shutdown" });
  it.socket.event(4, "lobby", "closed", { id: "b", reason: "kicked" });
  assert.equal(lobby.state, null);
  it.socket.event(5, "lobby", "state", state("c"));
  it.net.close();
  assert.deepEqual(told, ["open", "playing", null, "open", "kicked", null, "open", null]);
});

test("of two states of a lobby the newer counts, whichever comes last", async () => {
  const it = harness();
  /** @type {number[]} */
  const told = [];
  it.net.lobby.on("state", (s) => told.push(s.rev));
  const joined = it.net.lobby.join({ id: "a" });
  it.socket.event(1, "lobby", "state", state("a", { rev: 5 }));
  it.socket.reply({ lobby: state("a", { rev: 4 }) });
  assert.equal((await joined).rev, 5);
  it.socket.event(2, "lobby", "state", state("a", { rev: 3 }));
  it.socket.event(3, "lobby", "state", state("b", { rev: 1 }));
  assert.deepEqual(told, [5, 1]);
});

test("a reply that is newer than its event counts", async () => {
  const it = harness();
  const joined = it.net.lobby.join({ id: "a" });
  it.socket.event(1, "lobby", "state", state("a", { rev: 4 }));
  it.socket.reply({ lobby: state("a", { rev: 5 }) });
  assert.equal((await joined).rev, 5);
  assert.equal(it.net.lobby.state?.rev, 5);
});

test("when events were lost, the state is unknown until it is told again", () => {
  const it = harness();
  /** @returns {string | undefined} */
  const known = () => it.net.lobby.state?.id;
  it.socket.event(1, "lobby", "state", state("a"));
  it.net.cut();
  it.accept({ resumed: true });
  assert.equal(known(), "a", "kept over a resume that lost nothing");
  it.net.cut();
  it.accept({ resumed: true, lost: 4 });
  assert.equal(known(), undefined);
  it.socket.event(9, "lobby", "state", state("a"));
  assert.equal(known(), "a");
});

/** A client that watches, and what its watcher was told. */
async function watching() {
  const it = harness();
  /** @type {string[][]} */
  const told = [];
  const stop = it.net.lobby.watch((list) => told.push(list.map((s) => `${s.id}${s.players}`)));
  assert.deepEqual(it.socket.last(REQUEST).slice(2), ["lobby", "watch", { on: true }]);
  it.socket.reply({ lobbies: [summary("a"), summary("b")] });
  await settled();
  return { ...it, it, told, stop };
}

test("a watched list is told whole, then with every change", async () => {
  const { it, told } = await watching();
  it.socket.event(1, "lobby", "list", { upsert: [summary("b", 3), summary("c")], removed: [] });
  it.socket.event(2, "lobby", "list", { upsert: [], removed: ["a"] });
  it.socket.event(3, "lobby", "list", { removed: ["a", "unknown"] });
  assert.deepEqual(told, [
    ["a1", "b1"],
    ["a1", "b3", "c1"],
    ["b3", "c1"],
    ["b3", "c1"],
  ]);
});

test("changes that overtake the whole list are neither lost nor applied twice", async () => {
  const it = harness();
  /** @type {string[][]} */
  const told = [];
  it.net.lobby.watch((list) => told.push(list.map((s) => `${s.id}${s.players}`)));
  it.socket.event(1, "lobby", "list", { upsert: [summary("b", 7)], removed: ["c"], rev: 8 });
  it.socket.event(2, "lobby", "list", {
    upsert: [summary("d"), summary("b", 2)],
    removed: ["a"],
    rev: 10,
  });
  assert.deepEqual(told, []);
  it.socket.reply({ lobbies: [summary("a"), summary("b"), summary("c")], rev: 9 });
  await settled();
  assert.deepEqual(told, [["b2", "c1", "d1"]]);
  it.socket.event(3, "lobby", "list", { upsert: [summary("z")], removed: [], rev: 9 });
  it.socket.event(4, "lobby", "list", { upsert: [summary("e")], removed: [], rev: 11 });
  assert.deepEqual(told.at(-1), ["b2", "c1", "d1", "e1"]);
});

test("several watchers share one subscription; the last to stop ends it", async () => {
  const { it, stop } = await watching();
  /** @type {number[]} */
  const late = [];
  const stopLate = it.net.lobby.watch((list) => late.push(list.length));
  assert.deepEqual(late, [2], "a newcomer gets the list at once");
  assert.equal(it.socket.ofKind(REQUEST).length, 1);
  stop();
  stop();
  assert.equal(it.socket.ofKind(REQUEST).length, 1);
  stopLate();
  assert.deepEqual(it.socket.last(REQUEST).slice(2), ["lobby", "watch", { on: false }]);
  it.socket.event(1, "lobby", "list", { upsert: [summary("z")], removed: [] });
  assert.deepEqual(late, [2]);
});

test("over a new connection the list is asked for again, and replaced", async () => {
  const { it, told } = await watching();
  it.net.cut();
  it.accept({ resumed: true });
  assert.deepEqual(it.socket.last(REQUEST).slice(2), ["lobby", "watch", { on: true }]);
  it.socket.reply({ lobbies: [summary("d")] });
  await settled();
  assert.deepEqual(told.at(-1), ["d1"]);
});

test("watching before the connection is there begins with it", async () => {
  const it = harness({ manual: true });
  /** @type {number[]} */
  const told = [];
  it.net.lobby.watch((list) => told.push(list.length));
  it.accept();
  it.socket.reply({ lobbies: [summary("a")] });
  await settled();
  assert.deepEqual(told, [1]);
});

test("a watch that is refused is tried again after a while, unless nobody watches any more", async () => {
  const it = harness({ manual: true });
  it.accept({ pingEvery: 10_000 });
  const stop = it.net.lobby.watch(() => {});
  it.socket.reply(null, ["rate-limited", "", "slow down"]);
  await settled();
  it.clock.advance(2000);
  assert.equal(it.socket.ofKind(REQUEST).length, 2);
  it.socket.reply(null, ["rate-limited", "", "slow down"]);
  await settled();
  stop();
  const asked = it.socket.ofKind(REQUEST).length;
  it.clock.advance(10_000);
  assert.equal(it.socket.ofKind(REQUEST).length, asked);
});

test("what is no list, or a list without end, does no harm", async () => {
  const { it, told } = await watching();
  for (const payload of [
    null,
    {},
    { upsert: 5, removed: "a" },
    { upsert: [null, {}, { id: 5 }] },
  ]) {
    it.socket.event(it.net.stats.framesIn + 10, "lobby", "list", payload);
  }
  assert.deepEqual(told.at(-1), ["a1", "b1"]);
  for (let n = 0; n < 6; n++) {
    const upsert = Array.from({ length: 2000 }, (_, i) => summary(`x${n}-${i}`));
    it.socket.event(it.net.stats.framesIn + 100, "lobby", "list", { upsert, removed: [] });
  }
  assert.equal(told.at(-1)?.length, 10_000);
});

test("who may not be on the channel of lobbies any more is in none", () => {
  const it = harness();
  it.socket.event(1, "lobby", "state", { id: "a", rev: 1, members: [] });
  it.socket.event(2, "session", "closed", { channel: "shop", code: "forbidden" });
  assert.equal(it.net.lobby.state?.id, "a");
  it.socket.event(3, "session", "closed", { channel: "lobby", code: "forbidden" });
  assert.equal(it.net.lobby.state, null);
});
