import assert from "node:assert/strict";
import { test } from "node:test";
import { harness, settled } from "./support/harness.js";

const REQUEST = 2;
/** @param {string} user @param {string} state @param {number} since */
const is = (user, state, since) => ({ user, state, since });

/** @param {any} it @param {Promise<any>} asked @param {any[]} users */
async function answered(it, asked, users) {
  it.socket.reply({ users });
  return asked;
}

test("every request has the name and payload of the protocol and resolves to what matters", async () => {
  const it = harness();
  const { presence } = it.net;
  /** @type {[() => Promise<any>, string, any, any[], any][]} */
  const calls = [
    [() => presence.watch(["b"]), "watch", { users: ["b"] }, [is("b", "online", 5)], undefined],
    [() => presence.follow(), "watch", { lobby: true }, [is("c", "lobby", 6)], undefined],
    [() => presence.follow(false), "unwatch", { lobby: true }, [], undefined],
    [() => presence.unwatch(["b"]), "unwatch", { users: ["b"] }, [], null],
    [() => presence.setAway(true), "set", { away: true }, [is("a", "away", 7)], is("a", "away", 7)],
  ];
  for (const [call, name, payload, users, result] of calls) {
    const asked = call();
    assert.deepEqual(it.socket.last(REQUEST).slice(2), ["presence", name, payload]);
    const got = await answered(it, asked, users);
    assert.deepEqual(got ?? null, result === undefined ? users : result);
  }
});

test("of two states of a user the newer counts, whichever comes last", async () => {
  const it = harness();
  const { presence } = it.net;
  /** @type {string[]} */
  const told = [];
  presence.on("presence", (p) => told.push(`${p.user} ${p.state}`));
  const asked = presence.watch(["b"]);
  it.socket.event(1, "presence", "presence", is("b", "match", 9));
  assert.deepEqual(await answered(it, asked, [is("b", "online", 5)]), [is("b", "match", 9)]);
  it.socket.event(2, "presence", "presence", is("b", "lobby", 8));
  it.socket.event(3, "presence", "presence", is("b", "offline", 10));
  it.socket.event(4, "presence", "presence", { user: 7 });
  assert.deepEqual(told, ["b match", "b offline"]);
  assert.equal(presence.states.get("b")?.state, "offline");
});

test("what is watched is restored in a new session, and after events were lost", async () => {
  const it = harness();
  const { presence } = it.net;
  await answered(it, presence.watch(["b", "c"]), [is("b", "online", 5), is("c", "offline", 0)]);
  await answered(it, presence.follow(), []);
  await answered(it, presence.unwatch(["c"]), []);
  await answered(it, presence.setAway(true), [is("a", "away", 5)]);
  it.net.cut();
  it.accept({ resumed: true });
  assert.equal(it.socket.ofKind(REQUEST).length, 0);

  /** @type {string[]} */
  const told = [];
  presence.on("presence", (p) => told.push(`${p.user} ${p.state}`));
  it.net.cut();
  it.accept({ resumed: true, lost: 2 });
  assert.deepEqual(it.socket.last(REQUEST).slice(2), [
    "presence",
    "watch",
    { users: ["b"], lobby: true },
  ]);
  it.net.cut(); // before the reply: it is tried again
  await settled();
  it.accept({ resumed: true });
  it.socket.reply({ users: [is("b", "offline", 0)] }); // a server that started anew does not know since when
  await settled();
  assert.deepEqual(told, ["b offline"]);
  assert.deepEqual(it.socket.last(REQUEST).slice(2), ["presence", "set", { away: true }]);
});

test("those of a lobby that was left are forgotten, those watched by id are not", async () => {
  const it = harness();
  const { presence } = it.net;
  await answered(it, presence.watch(["b"]), [is("b", "online", 5)]);
  it.socket.event(1, "presence", "presence", is("c", "lobby", 6)); // comes before the state
  it.socket.event(2, "lobby", "state", { id: "a", rev: 1, members: [] });
  assert.deepEqual([...presence.states.keys()], ["b", "c"]);
  it.socket.event(3, "lobby", "closed", { id: "a", reason: "kicked" });
  assert.deepEqual([...presence.states.keys()], ["b"]);
});
