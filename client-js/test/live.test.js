import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { connect } from "../src/index.js";
import { startServer } from "../test-browser/support/server.js";

// The client against the real server, over real sockets. Nothing here depends on how fast it goes.

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("../src/index.js").Client[]} */
const clients = [];

before(async () => {
  server = await startServer();
});
after(async () => {
  for (const net of clients) net.close();
  await server.stop();
});

/** @param {string} name @param {any} [options] */
async function guest(name, options) {
  const url = `${server.url.replace("http", "ws")}/ws`;
  const net = connect({ url, name, WebSocket, ...options });
  clients.push(net);
  return net.ready;
}

/** The next value of an event that passes. @param {{on: any}} source @param {string} name @param {(v: any) => boolean} [passes] */
const next = (source, name, passes = () => true) =>
  new Promise((resolve) => {
    const off = source.on(name, (/** @type {any} */ v) => {
      if (!passes(v)) return;
      queueMicrotask(() => off());
      resolve(v);
    });
  });

/** A lobby of a swarm whose match runs, and its host's room. @param {import("../src/index.js").Client} host */
async function started(host, game = "swarm") {
  const lobby = await host.lobby.create({ game, max_players: 4 });
  const entered = next(host, "room");
  await host.lobby.start();
  const room = /** @type {import("../src/index.js").Room} */ (await entered);
  return { lobby, room: await room.ready };
}
/** @param {import("../src/index.js").Room} room @param {number} ticks */
const played = (room, ticks) => {
  const until = room.tick + ticks;
  return next(room, "snapshot", (r) => r.tick >= until);
};

for (const codec of /** @type {const} */ (["packed", "mp"])) {
  test(`a match is played in codec ${codec}: state moves, inputs are consumed, every hash agrees`, async () => {
    const net = await guest("Ada", codec === "mp" ? { codecs: ["mp"] } : {});
    assert.equal(net.codec, codec);
    const { room } = await started(net, "arena");
    room.input({ thrust: true, turn: 1 });
    await next(room, "snapshot", (r) => r.stats.consumedTick > 0);
    const before = room.stats.consumedTick;
    await played(room, 130);
    assert.ok(room.stats.consumedTick > before);
    assert.equal(net.stats.keyframes, 1);
    for (const fault of ["desyncs", "resyncs", "malformed", "unapplied", "stale", "unknown"]) {
      assert.equal(net.stats[/** @type {"desyncs"} */ (fault)], 0, fault);
    }
    assert.ok(room.view().ships.length >= 1);
  });
}

test("a player who is cut, twice in a row, is back in the same seat of the same match", async () => {
  const net = await guest("Bo");
  const { room } = await started(net);
  room.input({});
  let rooms = 0;
  net.on("room", () => rooms++);
  const seat = room.seat;
  for (let cut = 1; cut <= 3; cut++) {
    const back = next(room, "resume");
    net.cut();
    const { lost, missedTicks } = await back;
    assert.equal(lost, 0);
    assert.ok(missedTicks >= 0);
    if (cut > 1) await played(room, 20);
  }
  assert.equal(rooms, 1);
  assert.equal(room.seat, seat);
  assert.equal(net.room, room);
  assert.equal(net.stats.reconnects, 3);
  assert.equal(net.stats.keyframes, 4, "one for each socket");
  assert.equal(net.stats.desyncs, 0);
  assert.equal(net.lobby.state?.phase, "playing");
});

test("others join by code, late, and watch; all see the same world", async () => {
  const host = await guest("Cy");
  const { lobby, room } = await started(host);
  const [player, watcher] = await Promise.all([guest("Di"), guest("Ed")]);
  const late = next(player, "room");
  await player.lobby.join({ code: lobby.code.toLowerCase() });
  const watched = next(watcher, "room");
  await watcher.lobby.join({ id: lobby.id, spectate: true });
  const rooms = [room, await (await late).ready, await (await watched).ready];
  assert.deepEqual(
    rooms.map((r) => r.match),
    rooms.map(() => room.match),
  );
  assert.deepEqual([rooms[1].seat > 0 && rooms[1].seat !== room.seat, rooms[2].seat], [true, 0]);
  // Without acknowledgements the server would stop after a quarter of a second.
  await Promise.all(rooms.map((r) => played(r, 70)));
  for (const net of [host, player, watcher]) assert.equal(net.stats.desyncs, 0);
});

test("a second connection with the session's token displaces the first, which says so", async () => {
  /** @type {Map<string, string>} */
  const map = new Map();
  const storage = {
    getItem: (/** @type {string} */ k) => map.get(k) ?? null,
    setItem: (/** @type {string} */ k, /** @type {string} */ v) => void map.set(k, v),
    removeItem: (/** @type {string} */ k) => void map.delete(k),
  };
  const first = await guest("Flo", { resume: "tab", storage });
  const closed = next(first, "status", (s) => s.state === "closed");
  const second = await guest("Flo", { resume: "tab", storage });
  assert.equal((await closed).name, "displaced");
  assert.equal(second.status.resumed, true);
  assert.equal(second.session, first.session);
  await second.lobby.list();
});

test("a token that is foreign is answered by a fresh session at the first dial", async () => {
  const storage = { getItem: () => "forged", setItem: () => {}, removeItem: () => {} };
  const net = await guest("Gil", { resume: "tab", storage });
  assert.equal(net.status.resumed, false);
  assert.equal(net.status.code, 4501);
});

test("the list of lobbies is watched live", async () => {
  const [net, other] = await Promise.all([guest("Hal"), guest("Ida")]);
  /** @type {any[][]} */
  const lists = [];
  /** @type {() => void} */
  let look = () => {};
  const stop = net.lobby.watch((list) => {
    lists.push(list);
    look();
  });
  /** @param {(list: any[]) => boolean} passes */
  const shows = (passes) =>
    new Promise((resolve) => {
      look = () => lists.some(passes) && resolve(true);
      look();
    });
  const { id } = await other.lobby.create({ game: "arena", name: "Watch me" });
  await shows((/** @type {any[]} */ list) => list.some((s) => s.id === id && s.players === 1));
  lists.length = 0;
  await other.lobby.leave();
  await shows((/** @type {any[]} */ list) => !list.some((s) => s.id === id));
  stop();
});

test("requests are refused with the server's code and field", async () => {
  const net = await guest("Joe");
  await assert.rejects(net.lobby.join({ code: "ZZZZZZ" }), { code: "not-found" });
  await assert.rejects(net.lobby.create({ game: "no such" }), {
    code: "bad-payload",
    field: "game",
  });
  await assert.rejects(net.request("lobby", "nonsense"), { code: "unknown-request" });
  await assert.rejects(net.lobby.start(), { name: "RequestError" });
});

test("when its lobby is left, the match is over for the player", async () => {
  const net = await guest("Kay");
  const { room } = await started(net);
  /** @type {string[]} */
  const told = [];
  room.on("exit", ({ reason }) => told.push(reason));
  await net.lobby.leave();
  assert.deepEqual(told, ["left"], "who has left has been told of the end");
  assert.equal(net.lobby.state, null);
  assert.equal(net.room, null);
});

for (const over of /** @type {const} */ (["ws", "http"])) {
  test(`events sent across a cut arrive once each, and a request that runs once is answered, over ${over}`, async () => {
    const net = await guest("Eve", { transports: [over] });
    assert.equal(net.status.over, over);
    /** @type {any[]} */
    const refused = [];
    net.on("notice", (n) => refused.push(n));
    net.send("nowhere", "one");
    const created = net.request("lobby", "create", { game: "swarm" }, { once: true });
    net.cut();
    net.send("nowhere", "two");
    await next(net, "status", (s) => s.state === "open");
    assert.equal(net.status.recovered, true);
    const { lobby } = await created;
    assert.equal(net.lobby.state?.id ?? lobby.id, lobby.id);
    net.send("nowhere", "three");
    if (refused.length < 3) await next(net, "notice", () => refused.length === 3);
    // The real server knows no such events, and says so of each, in order.
    assert.deepEqual(
      refused.map((n) => [n.code, n.channel, n.name]),
      ["one", "two", "three"].map((name) => ["unknown-event", "nowhere", name]),
    );
  });
}
