import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { connect } from "../src/index.js";
import { startServer } from "../test-browser/support/server.js";

// Tokens against the real server, over real sockets. Nothing here depends on how fast it goes.

const secret = randomBytes(32).toString("hex");
/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("../src/index.js").Client[]} */
const clients = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "deltatick-auth-"));
  await writeFile(join(folder, "secret"), secret);
  const flags = ["-jwt-secret-file", join(folder, "secret"), "-jwt-audience", "live"];
  server = await startServer([...flags, "-jwt-skew", "0"]);
});
after(async () => {
  for (const net of clients) net.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

/** @param {any} options */
function client(options) {
  const net = connect({ url: `${server.url.replace("http", "ws")}/ws`, WebSocket, ...options });
  clients.push(net);
  return net;
}

const part = (/** @type {any} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** @param {any} claims @param {string} [key] */
function token(claims, key = secret) {
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ aud: "live", ...claims })}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

/** Unix seconds. @param {number} seconds from now */
const inSeconds = (seconds) => Math.ceil(Date.now() / 1000) + seconds;

test("a token says who one is; guests and forged tokens stay out", async () => {
  const net = await client({ auth: ["jwt", token({ sub: "u1", name: "Ada", exp: inSeconds(60) })] })
    .ready;
  assert.deepEqual([net.user, net.name], ["u1", "Ada"]);
  assert.ok(net.expires > Date.now());
  const forged = token({ sub: "u1", exp: inSeconds(60) }, "another secret");
  for (const options of [{ name: "Ada" }, { auth: ["jwt", forged] }]) {
    await assert.rejects(client(options).ready, { code: 4508 });
  }
});

test("a token that expires is renewed over the open connection, again and again", async () => {
  const auth = () => ["jwt", token({ sub: "u2", exp: inSeconds(6) })];
  const net = await client({ auth }).ready;
  const first = net.expires;
  let asked = 0;
  await new Promise((resolve) => {
    net.on("event", ({ channel, name }) => {
      if (channel === "session" && name === "renew" && ++asked === 2) resolve(null);
    });
  });
  assert.equal(net.stats.reconnects, 0);
  assert.ok(net.expires > first);
});

test("one that expired before its hello, or during the session, leads to another", async () => {
  let given = 0;
  // The first has expired; the second will, and nothing renews it in time.
  const auth = () => {
    given++;
    if (given === 3) throw new Error("no issuer");
    return ["jwt", token({ sub: "u3", exp: given === 1 ? 1 : inSeconds(given === 2 ? 3 : 60) })];
  };
  const net = client({ auth });
  net.on("error", () => {});
  await net.ready;
  const session = net.session;
  await new Promise((resolve) => {
    net.on("status", ({ state, resumed }) => {
      if (state === "open" && resumed) resolve(null);
    });
  });
  assert.deepEqual([net.session, net.stats.reconnects], [session, 1]);
});
