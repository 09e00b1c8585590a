import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestError } from "../src/index.js";
import { harness, settled } from "./support/harness.js";

const REQUEST = 2;
const SEND = 8;
const ANSWER = 9;

/** The numbers of the events that a socket was given. @param {any} socket */
const numbers = (socket) => socket.ofKind(SEND).map((/** @type {any[]} */ f) => f[1]);

test("an event is sent at once, under the session's next number", () => {
  const it = harness();
  it.net.send("chat", "say", { text: "hi" });
  it.net.send("chat", "wave");
  assert.deepEqual(it.socket.ofKind(SEND), [
    [SEND, 1, "chat", "say", { text: "hi" }],
    [SEND, 2, "chat", "wave", null],
  ]);
});

test("after a resume only what the server has not handled is sent again, in order, as it was", () => {
  const it = harness();
  const payload = { n: 1 };
  for (let i = 0; i < 300; i++) {
    if (i % 100 === 99) it.socket.push(19, 0, 0, i - 2);
    payload.n = i + 1;
    it.net.send("a", "b", payload);
    if (i === 250) it.net.cut();
  }
  it.accept({ resumed: true, token: "token-2", taken: 299 });
  assert.deepEqual(it.socket.ofKind(SEND), [[SEND, 300, "a", "b", { n: 300 }]]);
  it.net.send("a", "b");
  assert.deepEqual(numbers(it.socket), [300, 301]);
});

test("what a status handler sends does not overtake what waits", () => {
  const it = harness();
  it.net.cut();
  it.net.send("a", "first");
  it.net.on("status", ({ state }) => {
    if (state === "open") it.net.send("a", "second");
  });
  it.accept({ resumed: true, token: "token-2" });
  assert.deepEqual(
    it.socket.ofKind(SEND).map((f) => [f[1], f[3]]),
    [
      [1, "first"],
      [2, "second"],
    ],
  );
});

test("events wait for the first welcome, and go on after the number of the session that a reloaded tab takes up", () => {
  const it = harness({ manual: true });
  it.net.send("a", "b");
  it.accept({ resumed: true, taken: 41 });
  assert.deepEqual(numbers(it.socket), [42]);
});

test("the events that wait are bounded by number and bytes, and acknowledging makes room", () => {
  const it = harness();
  for (let i = 0; i < 256; i++) it.net.send("a", "b");
  assert.throws(() => it.net.send("a", "b"), { name: "RequestError", code: "full" });
  it.socket.push(19, 0, 0, 1);
  it.net.send("a", "b");
  assert.equal(numbers(it.socket).at(-1), 257);
  it.socket.push(19, 0, 0, 257);
  for (let i = 0; i < 6; i++) it.net.send("a", "b", "x".repeat(10_000));
  assert.throws(() => it.net.send("a", "b", "x".repeat(10_000)), { code: "full" });
});

test("an event that cannot be sent takes no number", () => {
  const it = harness();
  assert.throws(() => it.net.send("a", "b", "x".repeat(20_000)), { code: "too-big" });
  assert.throws(() => it.net.send("a", "b", { f: () => {} }), { code: "bad-payload" });
  it.net.send("a", "b");
  assert.deepEqual(numbers(it.socket), [1]);
  it.net.close();
  assert.throws(() => it.net.send("a", "b"), { code: "closed" });
});

test("events of a session that is gone are given up, and counted", () => {
  const it = harness({ resume: "off" });
  it.net.send("a", "b");
  it.net.cut();
  it.accept({ session: "s2" });
  assert.deepEqual(numbers(it.socket), []);
  assert.equal(it.net.stats.abandoned, 1);
  it.net.send("a", "b");
  assert.deepEqual(numbers(it.socket), [1]);
});

test("a request that runs once survives a drop, under its id, as it was, with the time that is left", async () => {
  const it = harness();
  const payload = { id: 3 };
  const bought = it.net.request("shop", "buy", payload, { once: true, timeout: 4000 });
  payload.id = 4;
  const [first] = it.socket.ofKind(REQUEST);
  assert.deepEqual(first.slice(2), ["shop", "buy", { id: 3 }, true, 4000]);
  it.net.cut();
  it.clock.advance(1000);
  it.accept({ resumed: true, token: "token-2" });
  const [second] = it.socket.ofKind(REQUEST);
  assert.deepEqual(second, [...first.slice(0, 6), 3000]);
  it.socket.reply("ok");
  assert.equal(await bought, "ok");
});

test("the time that the server is told of is always a whole number from 1 on", () => {
  const it = harness();
  for (const timeout of [0, -5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) {
    it.net.request("a", "b", null, { timeout }).catch(() => {});
  }
  assert.deepEqual(
    it.socket.ofKind(REQUEST).map((f) => f[6]),
    [1, 1, 1, 1, 0xffffffff, 0xffffffff],
  );
  it.net.close();
});

test("a request that runs once waits for a connection, until its time is up", async () => {
  const it = harness();
  it.net.cut();
  const sent = it.net.request("shop", "buy", null, { once: true });
  const late = it.net.request("shop", "buy", null, { once: true, timeout: 100 });
  const refused = assert.rejects(late, { code: "timeout" });
  it.clock.advance(100);
  await refused;
  it.accept({ resumed: true, token: "token-2" });
  assert.equal(it.socket.ofKind(REQUEST).length, 1);
  it.socket.reply(1);
  assert.equal(await sent, 1);
});

test("a request that runs once fails with its session", async () => {
  const it = harness({ resume: "off" });
  const asked = assert.rejects(it.net.request("a", "b", null, { once: true }), { code: "dropped" });
  it.net.cut();
  it.accept({ session: "s2" });
  await asked;
  assert.equal(it.socket.ofKind(REQUEST).length, 0);
});

test("a request that runs once is not said again in a session that was made anew on another node", async () => {
  const it = harness();
  const asked = assert.rejects(it.net.request("a", "b", null, { once: true }), { code: "dropped" });
  it.net.cut();
  it.accept({ session: "s2", resumed: true, lost: 1, token: "token-2" });
  await asked;
  assert.equal(it.socket.ofKind(REQUEST).length, 0);
});

test("a reloaded tab does not use the id of a request that ran once again", () => {
  /** @type {Map<string, string>} */
  const map = new Map();
  const storage = {
    getItem: (/** @type {string} */ k) => map.get(k) ?? null,
    setItem: (/** @type {string} */ k, /** @type {string} */ v) => void map.set(k, v),
    removeItem: (/** @type {string} */ k) => void map.delete(k),
  };
  const before = harness({ resume: "tab", storage });
  before.net.request("a", "b", null, { once: true }).catch(() => {});
  const after = harness({ resume: "tab", storage, manual: true });
  after.accept({ resumed: true, token: "token-2" });
  after.net.request("a", "b", null, { once: true }).catch(() => {});
  assert.equal(after.socket.last(REQUEST)[1], before.socket.last(REQUEST)[1] + 1);
});

test("an ask is answered by its handler, or refused", async () => {
  const it = harness();
  const off = it.net.onAsk("game", "ready", async ({ round }) => ({ yes: round }));
  it.net.onAsk("game", "no", () => {
    throw new RequestError("busy", "round", "not now");
  });
  it.net.onAsk("game", "broken", () => {
    throw new Error("secret");
  });
  it.net.onAsk("game", "unsendable", () => ({ f: () => {} }));
  it.net.onAsk("game", "nothing", () => {});
  assert.throws(() => it.net.onAsk("game", "ready", () => {}), TypeError);
  for (const [i, name] of ["ready", "no", "broken", "unsendable", "nothing", "what"].entries()) {
    it.socket.push(22, i + 1, "game", name, { round: 2 }, 5000);
  }
  await settled();
  const internal = ["internal", "", "a fault of the client"];
  assert.deepEqual(
    it.socket.ofKind(ANSWER).sort((a, b) => a[1] - b[1]),
    [
      [ANSWER, 1, null, { yes: 2 }],
      [ANSWER, 2, ["busy", "round", "not now"], null],
      [ANSWER, 3, internal, null],
      [ANSWER, 4, internal, null],
      [ANSWER, 5, null, null],
      [ANSWER, 6, ["unknown-request", "", "nobody answers that here"], null],
    ],
  );
  assert.equal(it.errors.length, 2);
  off();
  it.socket.push(22, 9, "game", "ready", { round: 2 }, 5000);
  await settled();
  assert.equal(it.socket.last(ANSWER)[2][0], "unknown-request");
});

test("an answer that is ready after its connection was lost is not sent over the next", async () => {
  const it = harness();
  /** @type {(v: any) => void} */
  let finish = () => {};
  const answer = new Promise((resolve) => {
    finish = resolve;
  });
  it.net.onAsk("game", "slow", () => answer);
  it.socket.push(22, 1, "game", "slow", null, 5000);
  it.net.cut();
  it.accept({ resumed: true, token: "token-2" });
  finish(1);
  await settled();
  assert.deepEqual(it.socket.ofKind(ANSWER), []);
});

test("the status says whether all was recovered, and why not", () => {
  const it = harness();
  const now = () => [it.net.status.recovered, it.net.status.reason];
  assert.deepEqual(now(), [false, ""], "there was nothing to recover");
  it.net.cut();
  it.accept({ resumed: true, token: "token-2" });
  assert.deepEqual(now(), [true, ""]);
  it.net.cut();
  it.accept({ resumed: true, token: "token-3", lost: 2 });
  assert.deepEqual(now(), [false, "lost"]);
  it.net.cut();
  it.socket.open();
  it.socket.end(4502);
  assert.equal(it.net.status.state, "closed");
  assert.deepEqual(now(), [false, "expired"]);
});

for (const [code, reason] of /** @type {[number, string][]} */ ([
  [4501, "refused"],
  [4502, "expired"],
])) {
  test(`with the option, a session that is gone (${code}) is followed by a new one, and no loop`, () => {
    const it = harness({ afresh: true });
    it.socket.event(5, "a", "b", null);
    it.net.cut();
    it.socket.open();
    it.socket.end(code);
    assert.equal(it.sockets.length, 3, "at once");
    it.socket.open();
    assert.equal(it.socket.last(1)[5], null);
    it.socket.welcome({ session: "s2", token: "other" });
    assert.deepEqual([it.net.status.recovered, it.net.status.reason], [false, reason]);
    it.socket.event(1, "a", "b", null);
    assert.equal(it.net.stats.duplicates, 0);
    it.net.cut();
    it.socket.open();
    it.socket.end(code);
    it.socket.open();
    it.socket.end(code);
    assert.equal(it.net.status.state, "closed");
  });
}
