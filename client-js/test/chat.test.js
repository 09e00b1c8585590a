import assert from "node:assert/strict";
import { test } from "node:test";
import { harness, settled } from "./support/harness.js";

const REQUEST = 2;
/** @param {number} id @param {string} [text] */
const message = (id, text = `text ${id}`) => ({ id, user: "u2", name: "Bob", text, at: 1000 + id });
/** @param {any} it @param {number} seq @param {any} [more] */
const enter = (it, seq, more = {}) =>
  it.socket.event(seq, "lobby", "state", { id: "a", rev: seq, members: [], ...more });

test("every request has the name and payload of the protocol and resolves to what matters", async () => {
  const it = harness();
  const { chat } = it.net.lobby;
  /** @type {[() => Promise<any>, string, any, any, any][]} */
  const calls = [
    [() => chat.say("hello"), "say", { text: "hello" }, message(1), message(1)],
    [() => chat.history(7), "history", { after: 7 }, { messages: [] }, { messages: [] }],
    [() => chat.mute("u2", true), "mute", { user: "u2", on: true }, null, undefined],
  ];
  for (const [call, name, payload, reply, result] of calls) {
    const asked = call();
    assert.deepEqual(it.socket.last(REQUEST).slice(2), ["chat", name, payload]);
    it.socket.reply(reply);
    assert.deepEqual(await asked, result);
  }
  const refused = chat.say("again");
  it.socket.reply(null, ["rate-limited", "", "wait"]);
  await assert.rejects(refused, { code: "rate-limited" });
});

/** A client in a lobby whose chat is listened to, and what was told. */
function listening() {
  const it = harness();
  /** @type {any[]} */
  const told = [];
  const { chat } = it.net.lobby;
  chat.on("history", (all) => told.push(["history", all.map((/** @type {any} */ m) => m.id)]));
  chat.on("message", (m) => told.push(["message", m.id]));
  for (const name of /** @type {const} */ (["typing", "joined", "left"])) {
    chat.on(name, (v) => told.push([name, v.user]));
  }
  return { it, chat, told };
}

test("the history is asked for in every lobby, and merged with what came meanwhile", async () => {
  const { it, chat, told } = listening();
  assert.equal(it.socket.ofKind(REQUEST).length, 0, "in no lobby there is none");
  enter(it, 1);
  it.socket.event(2, "chat", "message", message(3));
  it.socket.reply({ messages: [message(1), message(2), message(3)], last: 3, typing: ["u5"] });
  await settled();
  it.socket.event(3, "chat", "message", message(4));
  it.socket.event(4, "chat", "message", message(4));
  assert.deepEqual(told, [
    ["message", 3],
    ["history", [1, 2, 3]],
    ["message", 4],
  ]);
  assert.deepEqual([...chat.typists], ["u5"]);
  enter(it, 5);
  assert.equal(it.socket.ofKind(REQUEST).length, 1, "once in a lobby");
  it.socket.event(6, "lobby", "closed", { id: "a", reason: "kicked" });
  assert.deepEqual([chat.messages.length, chat.typists.size], [0, 0]);
  enter(it, 7, { id: "b" });
  it.socket.reply({ messages: [message(1)], last: 1, typing: [] });
  await settled();
  assert.deepEqual(told.at(-1), ["history", [1]]);
});

test("a drop that lost nothing keeps the log; one that did fetches it anew", async () => {
  const { it, told } = listening();
  enter(it, 1);
  it.socket.reply({ messages: [message(1)], last: 1, typing: [] });
  await settled();
  it.net.cut();
  it.accept({ resumed: true });
  assert.equal(it.socket.ofKind(REQUEST).length, 0);
  it.net.cut();
  it.accept({ resumed: true, lost: 3 });
  enter(it, 5);
  it.socket.reply({ messages: [message(2), message(9)], last: 9, typing: [] });
  await settled();
  assert.deepEqual(told, [
    ["history", [1]],
    ["history", [2, 9]],
  ]);
});

test("a history that does not come is asked for again", async () => {
  const { it, told } = listening();
  enter(it, 1);
  it.socket.reply(null, ["rate-limited", "", "too many"]);
  await settled();
  it.clock.advance(2000);
  assert.equal(it.socket.ofKind(REQUEST).length, 2);
  it.net.cut();
  await settled();
  it.accept({ resumed: true });
  assert.equal(it.socket.ofKind(REQUEST).length, 1);
  it.socket.reply({ messages: [], last: 0, typing: [] });
  await settled();
  assert.deepEqual(told, [["history", []]]);
});

test("a server without chat is not asked again and again", async () => {
  const { it } = listening();
  enter(it, 1);
  it.socket.reply(null, ["unknown-request", "", "no channel chat"]);
  await settled();
  it.clock.advance(1900);
  it.socket.push(19, 0, 0);
  it.clock.advance(1900);
  assert.equal(it.socket.ofKind(REQUEST).length, 1);
});

test("who does not listen to the history does not ask for it", async () => {
  const it = harness();
  enter(it, 1);
  assert.equal(it.socket.ofKind(REQUEST).length, 0);
  /** @type {any[]} */
  const told = [];
  it.net.lobby.chat.on("history", (all) => told.push(all));
  it.socket.reply({ messages: [message(1)], last: 1, typing: [] });
  await settled();
  it.net.lobby.chat.on("history", (all) => told.push(all));
  assert.deepEqual(told, [[message(1)], [message(1)]], "who comes later is told at once");
});

test("the newest hundred messages are kept, and what is no message is passed over", () => {
  const { it, chat, told } = listening();
  for (let id = 1; id <= 150; id++) it.socket.event(id, "chat", "message", message(id));
  assert.deepEqual([chat.messages.length, chat.messages[0].id], [100, 51]);
  const before = told.length;
  let seq = 200;
  for (const bad of [
    null,
    7,
    { id: "x", user: "u", text: "t" },
    { id: 1.5 },
    { id: 151, user: 3 },
    { ...message(151), at: "now" },
    { ...message(151), name: null },
  ]) {
    it.socket.event(seq++, "chat", "message", bad);
  }
  it.socket.event(4000, "chat", "typing", { user: 7, on: true });
  assert.equal(chat.typists.size, 0);
  assert.equal(told.filter(([name]) => name === "message").length, before);
});

test("typing is told at the first key, every 2.5 s while it goes on, and at its end", () => {
  const it = harness();
  const { chat } = it.net.lobby;
  const sent = () => it.socket.ofKind(REQUEST).map((f) => [f[3], f[4].on ?? null]);
  it.clock.advance(1);
  for (let i = 0; i < 30; i++) {
    chat.typing();
    it.clock.advance(100);
    it.socket.push(19, 0, 0); // a pong: the link lives
  }
  assert.deepEqual(sent(), [
    ["typing", true],
    ["typing", true],
  ]);
  chat.typing(false);
  chat.typing(false);
  assert.equal(sent().length, 3);
  chat.typing();
  chat.say("x").catch(() => {});
  chat.typing(false); // over with the message
  assert.deepEqual(sent().slice(3), [
    ["typing", true],
    ["say", null],
  ]);
});

test("others who type are known until they stop", () => {
  const { it, chat, told } = listening();
  it.socket.event(1, "chat", "typing", { user: "u2", on: true });
  assert.deepEqual([...chat.typists], ["u2"]);
  it.socket.event(2, "chat", "typing", { user: "u2", on: false });
  assert.equal(chat.typists.size, 0);
  it.socket.event(3, "chat", "joined", { user: "u3", name: "Eve", role: "player" });
  it.socket.event(4, "chat", "left", { user: "u3", name: "Eve", reason: "left" });
  it.socket.event(5, "chat", "new-in-a-later-version", {});
  assert.deepEqual(
    told.map(([name]) => name),
    ["typing", "typing", "joined", "left"],
  );
});

test("messages of a lobby that one is in no more are not taken for those of the next", async () => {
  const { it, chat } = listening();
  enter(it, 1);
  it.socket.reply({ messages: [message(1, "of a")], last: 1, typing: ["u5"] });
  await settled();
  enter(it, 2, { id: "b" });
  it.socket.reply({ messages: [message(1, "of b")], last: 1, typing: [] });
  await settled();
  assert.deepEqual(
    chat.messages.map((m) => m.text),
    ["of b"],
  );
  assert.deepEqual([...chat.typists], []);
});
