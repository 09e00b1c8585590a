import assert from "node:assert/strict";
import { test } from "node:test";
import { harness } from "./support/harness.js";

/** A tab's storage. @param {boolean} [refuses] */
function storage(refuses = false) {
  /** @type {Map<string, string>} */
  const map = new Map();
  const check = () => {
    if (refuses) throw new Error("denied");
  };
  return {
    map,
    /** @param {string} k */
    getItem(k) {
      check();
      return map.get(k) ?? null;
    },
    /** @param {string} k @param {string} v */
    setItem(k, v) {
      check();
      map.set(k, v);
    },
    /** @param {string} k */
    removeItem(k) {
      check();
      map.delete(k);
    },
  };
}

/** The resume element of the newest hello. @param {ReturnType<typeof harness>} it */
const resume = (it) => it.socket.last(1)[5];

test("a reloaded tab goes on with its session, after the last event it handled", () => {
  const tab = storage();
  const before = harness({ resume: "tab", storage: tab });
  before.socket.event(1, "x", "y", null);
  before.socket.event(2, "x", "y", null);
  const after = harness({ resume: "tab", storage: tab, manual: true });
  after.socket.open();
  assert.deepEqual(resume(after), ["token-1", 2]);
  after.socket.welcome({ resumed: true, token: "token-2" });
  assert.equal(after.net.status.resumed, true);
  assert.ok([...tab.map.values()].includes("token-2"));
});

for (const code of [4501, 4502]) {
  test(`a tab whose stored token is good no more (${code}) connects afresh, once`, () => {
    const tab = storage();
    harness({ resume: "tab", storage: tab });
    const it = harness({ resume: "tab", storage: tab, manual: true });
    it.socket.open();
    it.socket.end(code);
    assert.equal(it.sockets.length, 2, "at once");
    it.socket.open();
    assert.equal(resume(it), null);
    it.socket.end(code);
    assert.equal(it.net.status.state, "closed");
  });
}

test("after bye nothing is left in the storage", () => {
  const tab = storage();
  const it = harness({ resume: "tab", storage: tab });
  it.socket.event(1, "x", "y", null);
  it.net.close();
  assert.equal(tab.map.size, 0);
});

test("a displaced client does not take away the token of the one that displaced it", () => {
  const tab = storage();
  const older = harness({ resume: "tab", storage: tab });
  const newer = harness({ resume: "tab", storage: tab, manual: true });
  newer.accept({ resumed: true, token: "token-2" });
  older.socket.end(4500);
  assert.equal(older.net.status.state, "closed");
  assert.ok([...tab.map.values()].includes("token-2"));
});

test("a storage that refuses is done without", () => {
  const it = harness({ resume: "tab", storage: storage(true) });
  it.socket.event(3, "x", "y", null);
  it.net.cut();
  it.socket.open();
  assert.deepEqual(resume(it), ["token-1", 3]);
});

test("clients of two servers, or with keys of their own, keep apart in one storage", () => {
  const tab = storage();
  harness({ resume: "tab", storage: tab, url: "ws://a/ws" });
  for (const options of [{ url: "ws://b/ws" }, { url: "ws://a/ws", resumeKey: "second" }]) {
    const it = harness({ resume: "tab", storage: tab, manual: true, ...options });
    it.socket.open();
    assert.equal(resume(it), null);
  }
});

test("without resume, a drop begins a new session: room and lobby of the old one are gone", () => {
  const it = harness({ resume: "off" });
  it.socket.event(1, "lobby", "state", { id: "l1" });
  const room = it.enter();
  /** @type {any[]} */
  const told = [];
  room?.on("exit", (e) => told.push(e));
  it.net.lobby.on("state", (s) => told.push(s));
  it.net.cut();
  it.accept({ session: "s2" });
  assert.deepEqual(told, [null, { reason: "lost", result: null }]);
  assert.equal(it.net.room, null);
});
