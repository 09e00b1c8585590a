import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { connect } from "../src/index.js";
import { Stats } from "../src/stats.js";
import { Transports } from "../src/transports.js";
import { Upgrade } from "../src/upgrade.js";
import { startServer } from "../test-browser/support/server.js";
import { FakeClock } from "./support/clock.js";

// Where no WebSocket gets through, against the real server. Timers run faster than they say, so that nobody waits for them.

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

/** A WebSocket that a network refuses at once. */
class Refused {
  readyState = 0;
  constructor() {
    setTimeout(() => this.onclose?.({ code: 1006 }));
  }
  /** @type {any} */ onclose = null;
  close() {}
}

/** A WebSocket of which a network lets nothing through, and says nothing either. */
class Swallowed {
  readyState = 0;
  close() {}
}

/** @param {any} options */
function dial(options) {
  const url = `${server.url.replace("http", "ws")}/ws`;
  const net = connect({ url, name: "Ada", ...options });
  clients.push(net);
  return net;
}

/** @param {number} times @returns {any} */
const faster = (times) => ({
  setTimeout: (/** @type {() => void} */ fn, /** @type {number} */ ms) =>
    setTimeout(fn, ms / times),
});

/** @param {any} source @param {string} name @param {(v: any) => boolean} passes @returns {Promise<any>} */
const next = (source, name, passes) =>
  new Promise((resolve) => {
    const off = source.on(name, (/** @type {any} */ v) => {
      if (!passes(v)) return;
      queueMicrotask(() => off());
      resolve(v);
    });
  });

/** Plays a match of a client's own until it has come so many ticks. @param {any} net @param {number} ticks */
async function play(net, ticks) {
  await net.lobby.create({ game: "arena", max_players: 4 });
  const entered = next(net, "room", (room) => room !== null);
  await net.lobby.start();
  const room = await (await entered).ready;
  const until = room.tick + ticks;
  room.input({ thrust: true, turn: 1 });
  await next(room, "snapshot", (r) => r.tick >= until);
  return room;
}

/** @param {any} net */
function isSound(net) {
  for (const fault of ["desyncs", "resyncs", "malformed", "unapplied", "stale", "unknown"])
    assert.equal(net.stats[fault], 0, fault);
}

for (const [how, Blocked] of Object.entries({ refused: Refused, swallowed: Swallowed })) {
  test(`with WebSockets ${how}, a match is played over HTTP without being asked for`, async () => {
    const net = dial({ WebSocket: Blocked, ...faster(how === "refused" ? 1 : 10) });
    await net.ready;
    assert.equal(net.status.over, "http");
    const room = await play(net, 60);
    assert.ok(room.stats.consumedTick > 0, "inputs arrive");
    isSound(net);
  });
}

test("where answers are held back until they are whole, it polls", async () => {
  /** @type {string[]} */
  const modes = [];
  /** @type {typeof fetch} */
  const buffering = async (input, init) => {
    const answer = await fetch(input, init);
    const mode = new Headers(init?.headers).get("Deltatick-Down");
    if (mode !== null) modes.push(mode);
    if (mode === null) return answer;
    return new Response(await answer.arrayBuffer(), { status: answer.status });
  };
  const net = dial({ transports: ["http"], fetch: buffering });
  await net.ready;
  await play(net, 60);
  isSound(net);
  assert.equal(modes[0], "stream");
  assert.ok(modes.length > 5 && modes.slice(1).every((mode) => mode === "poll"));
});

test("a drop over HTTP is resumed, over HTTP, into the running match", async () => {
  const net = dial({ WebSocket: Refused });
  await net.ready;
  const room = await play(net, 30);
  const back = next(net, "status", (s) => s.state === "open" && s.resumed);
  net.cut();
  const status = await back;
  assert.equal(status.over, "http");
  const until = room.tick + 30;
  await next(net.room ?? room, "snapshot", (r) => r.tick >= until);
  assert.equal(net.stats.lost, 0);
});

test("once a WebSocket opens, the session goes on there", async () => {
  let blocked = true;
  /** @param {string} url @returns {any} */
  function Sometimes(url) {
    return blocked ? new Refused() : new WebSocket(url);
  }
  const net = dial({ WebSocket: Sometimes, ...faster(10) });
  await net.ready;
  const session = net.session;
  const room = await play(net, 30);
  assert.equal(net.status.over, "http");
  blocked = false;
  const status = await next(net, "status", (s) => s.state === "open" && s.over === "ws");
  assert.equal(status.resumed, true);
  assert.equal(net.session, session);
  const until = room.tick + 30;
  await next(net.room ?? room, "snapshot", (r) => r.tick >= until);
  assert.equal(net.stats.lost, 0);
});

test("a client that closes over HTTP is gone at once, and its session too", async () => {
  const sessions = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(/^deltatick_sessions (\d+)/m.exec(text)?.[1]);
  };
  for (const net of clients.splice(0)) net.close();
  const net = dial({ transports: ["http"] });
  await net.ready;
  net.close();
  while ((await sessions()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});

test("transports are tried in turn, and at once only when there is news in it", () => {
  const both = new Transports(["ws", "http"]);
  assert.equal(both.patience(5000), 3000);
  assert.ok(both.failed(), "a WebSocket that never worked: HTTP at once");
  assert.equal(both.now, "http");
  assert.ok(!both.failed(), "neither works: wait");
  assert.equal(both.now, "ws");
  assert.ok(!both.welcomed(), "what is tried beside a WebSocket?");
  assert.equal(both.patience(5000), 5000);
  assert.ok(!both.failed(), "it has worked: the network is down");
  assert.ok(both.welcomed(), "a WebSocket is tried beside HTTP");
  const one = new Transports(["ws"]);
  assert.ok(!one.failed());
  assert.deepEqual([one.now, one.patience(5000)], ["ws", 5000]);
});

test("over HTTP a WebSocket is tried after 10 s, and after twice as long each time, up to 5 minutes", () => {
  const clock = new FakeClock();
  /** @type {any[]} */
  const tried = [];
  class Silent {
    constructor() {
      tried.push({ at: clock.now(), socket: this });
    }
    close() {}
  }
  const nothing = () => {};
  const handlers = { open: nothing, message: nothing, text: nothing, down: nothing };
  /** @type {any} */
  const settings = { timers: clock, WebSocket: Silent, url: "ws://host/ws" };
  let upgrades = 0;
  const upgrade = new Upgrade(settings, new Stats(clock.now), handlers, () => upgrades++);
  let free = clock.now();
  upgrade.later();
  for (const wait of [10e3, 20e3, 40e3, 80e3, 160e3, 300e3, 300e3]) {
    const { length } = tried;
    while (tried.length === length) clock.advance(500);
    assert.equal(tried[length].at - free, wait);
    free = tried[length].at + 5000; // then it is given up
  }
  tried[6].socket.onopen({});
  assert.equal(upgrades, 1);
  clock.advance(1e6);
  assert.equal(tried.length, 7, "one that has opened is the last");
});
