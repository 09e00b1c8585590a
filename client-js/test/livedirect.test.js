import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { connect } from "../src/index.js";
import { startFleet } from "../test-browser/support/server.js";

// The client against a service of two real nodes: one has the lobbies, the other runs the matches.

const skip = spawnSync("redis-server", ["--version"]).status !== 0 && "there is no redis-server";

/** @type {Awaited<ReturnType<typeof startFleet>>} */
let fleet;
/** @type {import("../src/index.js").Client[]} */
const clients = [];

before(async () => {
  if (!skip) fleet = await startFleet();
});
after(async () => {
  for (const net of clients) net.close();
  await fleet?.stop();
});

/**
 * A player in a match on the other node, and the sockets that were made, by their URLs.
 * @param {any} [options]
 */
async function playing(options) {
  /** @type {any[]} */
  const sockets = [];
  class Recorded extends WebSocket {
    /** @param {string} url */
    constructor(url) {
      super(url);
      sockets.push(this);
    }
  }
  const url = `${fleet.url.replace("http", "ws")}/ws`;
  const random = () => 0.99; // whoever waits, waits long
  const net = connect({
    url,
    name: "Ada",
    random,
    WebSocket: /** @type {any} */ (Recorded),
    ...options,
  });
  clients.push(net);
  await net.ready;
  await net.lobby.create({ game: "arena", max_players: 4 });
  /** @type {Promise<import("../src/index.js").Room>} */
  const entered = new Promise((resolve) => net.on("room", resolve));
  await started(net);
  const room = await (await entered).ready;
  room.input({ thrust: true, turn: 1 });
  /** @type {string[]} */
  const told = [];
  for (const name of /** @type {const} */ (["drop", "resume", "exit"])) {
    room.on(name, () => told.push(name));
  }
  const there = () => sockets.filter((s) => s.url !== url);
  return { net, room, told, there };
}

/** The lobby's node hears of the other's room for matches some time after both are up. @param {import("../src/index.js").Client} net */
async function started(net, tries = 50) {
  try {
    await net.lobby.start();
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((again) => setTimeout(again, 100));
    await started(net, tries - 1);
  }
}

/** @param {import("../src/index.js").Room} room @param {() => boolean} so holds after some snapshot */
const until = (room, so) =>
  new Promise((resolve) => {
    const off = room.on("snapshot", () => {
      if (!so()) return;
      off();
      resolve(true);
    });
  });

test("frames come straight from the match's node, and through the lobby's while they cannot", {
  skip,
}, async () => {
  const { net, room, told, there } = await playing();
  for (const connection of [1, 2]) {
    const before = net.stats.direct;
    await until(room, () => net.stats.direct >= before + 40);
    const { snapshots, direct } = net.stats;
    await until(room, () => net.stats.direct >= direct + 20);
    assert.equal(net.stats.snapshots - snapshots, net.stats.direct - direct, "all of them");
    assert.equal(there().length, connection);
    const consumed = room.stats.consumedTick;
    there().at(-1).terminate();
    await until(room, () => net.stats.snapshots - snapshots > net.stats.direct - direct);
    await until(room, () => room.stats.consumedTick > consumed);
  }
  assert.deepEqual(told, [], "the room has noticed nothing");
  assert.equal(net.stats.reconnects, 0);
  assert.equal(net.stats.desyncs + net.stats.malformed + net.stats.unapplied, 0);
  assert.ok(room.view().ships.length >= 1);
  await net.lobby.leave();
  assert.deepEqual(told, ["exit"]);
});

test("play goes on while the connection of the lobby is lost", { skip }, async () => {
  const { net, room, told } = await playing();
  await until(room, () => net.stats.direct >= 30);
  const { keyframes } = net.stats;
  net.cut();
  await until(room, () => net.status.state === "open" && net.stats.reconnects === 1);
  const { direct } = net.stats;
  await until(room, () => net.stats.direct >= direct + 60);
  assert.deepEqual([told, net.stats.keyframes], [[], keyframes]);
  await net.lobby.leave();
});

test("with direct: false the match comes through the lobby's node", { skip }, async () => {
  const { net, room, there } = await playing({ direct: false });
  const { tick } = room;
  await until(room, () => room.tick > tick + 120);
  assert.deepEqual([net.stats.direct, there().length], [0, 0]);
});
