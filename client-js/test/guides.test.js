import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { WebSocket } from "ws";
import { connect } from "../src/index.js";
import { startServer } from "../test-browser/support/server.js";
import * as engines from "./support/engines.js";

// What docs/guides shows in JavaScript, run as it is there against the real server. A Go test holds that the guides show these very files.

const guides = new URL("../../docs/guides/", import.meta.url);

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {string} a folder as a stranger has it: the files of the guides, the client fetched from the server, and the package ws */
let folder;
/** @type {import("../src/index.js").Client[]} */
const clients = [];

before(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), "deltatick-guides-"));
  for (const file of ["node/bot.mjs", "moving/from-colyseus.mjs", "moving/from-socketio.mjs"]) {
    await copyFile(new URL(file, guides), join(folder, file.split("/")[1]));
  }
  const client = await fetch(`${server.url}/deltatick.mjs`);
  assert.equal(client.status, 200);
  await writeFile(join(folder, "deltatick.mjs"), await client.text());
  await mkdir(join(folder, "node_modules"));
  await symlink(
    fileURLToPath(new URL("../node_modules/ws", import.meta.url)),
    join(folder, "node_modules/ws"),
  );
});
after(async () => {
  for (const net of clients) net.close();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const url = () => `${server.url.replace("http", "ws")}/ws`;

/** @param {string} name */
function guest(name) {
  const net = connect({ url: url(), name, WebSocket: /** @type {any} */ (WebSocket) });
  clients.push(net);
  return net.ready;
}

/** The next value of an event that passes. @param {any} source @param {string} name @param {(...v: any[]) => boolean} [passes] @returns {Promise<any>} */
const next = (source, name, passes = () => true) =>
  new Promise((resolve) => {
    const off = source.on(name, (/** @type {any[]} */ ...v) => {
      if (!passes(...v)) return;
      queueMicrotask(() => off());
      resolve(v[0]);
    });
  });

/** @param {string} path */
const show = (path) => import(new URL(path, guides).href);

/** @param {string} file in the stranger's folder */
const own = (file) => import(pathToFileURL(join(folder, file)).href);

const flying = () => ({ thrust: true });
const recipes = {
  phaser: async (/** @type {any} */ room) => {
    const stub = engines.phaser();
    const { arenaScene } = await show("engines/phaser.mjs");
    stub.run(arenaScene(stub.engine, room));
    stub.press();
    return stub;
  },
  pixi: async (/** @type {any} */ room) => {
    const stub = engines.pixi();
    (await show("engines/pixi.mjs")).playArena(stub.engine, stub.app, room, flying);
    return stub;
  },
  three: async (/** @type {any} */ room) => {
    const stub = engines.three();
    (await show("engines/three.mjs")).playArena(stub.engine, stub.app, room, flying);
    return stub;
  },
  playcanvas: async (/** @type {any} */ room) => {
    const stub = engines.playcanvas();
    (await show("engines/playcanvas.mjs")).playArena(stub.engine, stub.app, room);
    stub.press();
    return stub;
  },
};

for (const [name, play] of Object.entries(recipes)) {
  test(`the recipe for ${name} shows every ship, moves it, takes it away, and makes nothing in a frame`, async () => {
    const net = await guest(name);
    const { id } = await net.lobby.create({ game: "arena", private: true, settings: { bots: 3 } });
    const entered = next(net, "room");
    await net.lobby.start();
    const room = await (await entered).ready;
    const stub = await play(room);
    const { stage } = stub;
    const ships = () => room.state.tables.ships.size;
    assert.equal(stage.shown.size, ships());

    const made = stage.made;
    const before = [...stage.shown].map((ship) => ({ ...ship }));
    for (const until = room.tick + 90; room.tick < until; ) {
      await next(room, "snapshot");
      stage.frame?.();
      stage.frame?.(); // two frames a tick
    }
    assert.equal(stage.made, made, "nothing is made in a frame");
    const placed = [...stage.shown].map(({ x, y, angle }) =>
      [x, y, angle].map((v) => v.toFixed(3)).join(),
    );
    const rows = room.view().ships;
    stage.frame?.();
    for (const at of rows)
      assert.ok(
        [...stage.shown].some((s) => Math.hypot(s.x - at.x, s.y - at.y) < 30),
        `${at.id} in ${placed}`,
      );
    assert.ok(
      [...stage.shown].some((s, i) => Math.hypot(s.x - before[i].x, s.y - before[i].y) > 1),
      "ships move",
    );
    assert.ok(room.stats.consumedTick > 0, "inputs are sent");
    assert.ok(
      [...room.state.tables.ships.values()].some((s) => s.seat === room.seat && s.thrust),
      "and are the keys'",
    );

    const other = await guest("other");
    const came = next(room, "add", (table, _, row) => table === "ships" && row.name === "other");
    await other.lobby.join({ code: /** @type {any} */ (net.lobby.state).code });
    await came;
    assert.equal(stage.shown.size, ships());
    const went = next(room, "remove", (table, _, row) => table === "ships" && row.name === "other");
    await other.lobby.leave();
    await went;
    stage.frame?.(); // the view still has it for a moment
    assert.equal(stage.shown.size, ships());

    if ("stop" in stub) /** @type {any} */ (stub).stop();
    const over = next(room, "exit");
    await net.lobby.leave();
    await over;
    assert.equal(stage.frame, null, `${id} is over: no more frames`);
  });
}

test("who enters as the recipes say comes into a room of its own, or into the one that is there", async () => {
  const [first, second] = [await guest("first"), await guest("second")];
  const room = await first.joinOrCreate("arena", { settings: { bots: 4 } });
  assert.equal(room.state.tables.ships.size, 4);
  const same = await second.joinOrCreate("arena");
  assert.equal(same.match, room.match);
  assert.notEqual(same.seat, room.seat);
  await Promise.all([first.lobby.leave(), second.lobby.leave()]);
});

test("the bot of the guide joins the arena that is there, flies, and says bye", async () => {
  const net = await guest("host");
  const entered = next(net, "room");
  await net.lobby.create({ game: "arena" });
  await net.lobby.start();
  const room = await (await entered).ready;
  const bot = spawn(process.execPath, ["bot.mjs", url()], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(bot, "exit");
  try {
    const [line] = await once(createInterface({ input: bot.stdout }), "line");
    assert.ok(line.endsWith(room.match), line);
    await next(
      room,
      "change",
      (table, _, row) => table === "ships" && row.name === "hunter" && row.thrust,
    );
  } finally {
    bot.kill("SIGINT");
  }
  await next(room, "remove", (table, _, row) => table === "ships" && row.name === "hunter");
  assert.deepEqual(await ended, [0, null]);
  await net.lobby.leave();
});

test("what is moved from Colyseus plays: rows come, change and go, and a lost line is told", async () => {
  const { play } = await own("from-colyseus.mjs");
  const drawn = new Map();
  let changes = 0;
  /** @type {string[]} */
  const said = [];
  const { net, room } = await play(
    { url: url(), name: "Cora", WebSocket },
    {
      add: (/** @type {number} */ id, /** @type {any} */ row) => drawn.set(id, row),
      change: () => changes++,
      remove: (/** @type {number} */ id) => drawn.delete(id),
      say: (/** @type {string} */ text) => said.push(text),
    },
  );
  clients.push(net);
  assert.equal(drawn.size, room.state.tables.ships.size);
  assert.ok(drawn.size >= 1);
  await next(
    room,
    "change",
    (table, _, row) => table === "ships" && row.seat === room.seat && row.thrust,
  );
  assert.ok(changes > 0);
  const back = next(room, "resume");
  net.cut();
  await back;
  assert.deepEqual(
    said.filter((s) => s === "reconnecting" || s === "back"),
    ["reconnecting", "back"],
  );
  const over = next(room, "exit");
  await net.lobby.leave();
  await over;
  assert.equal(said.at(-1), "left");
});

test("what is moved from Socket.IO talks: who comes, what is said, who goes, and a lost line", async () => {
  const { chat } = await own("from-socketio.mjs");
  /** @type {string[]} */
  const said = [];
  /** @type {() => void} */
  let look = () => {};
  const shown = (/** @type {string} */ what) =>
    new Promise((resolve) => {
      look = () => said.includes(what) && resolve(true);
      look();
    });
  const storage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  const options = { url: url(), WebSocket, storage };
  const { net, code } = await chat(
    { ...options, name: "Sue" },
    "",
    (/** @type {string} */ text) => {
      said.push(text);
      look();
    },
  );
  clients.push(net);
  const other = await chat({ ...options, name: "Tom" }, code, () => {});
  clients.push(other.net);
  await shown("Tom came");
  await shown("Tom: hello");
  net.cut();
  await shown("back, with nothing missed");
  await other.net.lobby.leave();
  await shown("Tom went");
  assert.ok(said.includes("Sue: hello"));
});
