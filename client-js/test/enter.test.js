import assert from "node:assert/strict";
import { test } from "node:test";
import { harness, settled, ship } from "./support/harness.js";

const REQUEST = 2;

/**
 * A client before a lobby server played by hand: each request is answered by the answers given for its name, in their order, the last again.
 * @param {Record<string, ((payload: any) => any)[]>} answers what is thrown is a refusal's code
 */
async function lobbies(answers) {
  const it = harness();
  let seq = 0;
  /** @type {string[]} */
  const asked = [];
  const serve = async () => {
    await import("../src/enter.js");
    for (let i = 0; i < 12; i++) {
      await settled();
      for (const [, id, , name, payload] of it.socket.ofKind(REQUEST)) {
        asked.push(payload?.id ? `${name} ${payload.id}` : name);
        const queue = answers[name] ?? [() => null];
        const answer = queue.length > 1 ? queue.shift() : queue[0];
        try {
          it.socket.push(17, id, null, answer?.(payload) ?? null);
        } catch (code) {
          it.socket.push(17, id, [code, "", "refused"], null);
        }
      }
      it.socket.sent.length = 0;
    }
  };
  return {
    it,
    asked,
    serve,
    /** @param {string} name @param {any} payload */
    tell: (name, payload) => it.socket.event(++seq, "lobby", name, payload),
    /** One's seat in the match is over. @param {string} match */
    exit: (match) =>
      it.socket.event(++seq, "match", "exit", { match, reason: "left", result: null }),
    /** The match begins, and its first snapshot comes. */
    async play(match = "m1") {
      it.enter({ match });
      await settled();
      it.snapshot({ tick: 101, body: [[0, [], [], ship({})]] });
      await settled();
    },
  };
}

/** @param {string} id @param {any} [more] */
const summary = (id, more) => ({
  id,
  game: "arena",
  players: 1,
  max_players: 4,
  phase: "open",
  ...more,
});
/** @param {string} id @param {any} [more] */
const state = (id, more) => ({
  id,
  game: "arena",
  phase: "open",
  match: "",
  round: 0,
  rev: 1,
  host: "u2",
  start: "host",
  members: [{ user: "u1", role: "player" }],
  ...more,
});
const refuse = (/** @type {string} */ code) => () => {
  throw code;
};

test("the fullest running match that has a place is joined first, and it resolves with the first state there", async () => {
  const by = await lobbies({
    list: [
      () => ({
        lobbies: [
          summary("other", { game: "swarm", players: 3 }),
          summary("open", { players: 3 }),
          summary("full", { phase: "playing", players: 4 }),
          summary("one", { phase: "playing" }),
          summary("two", { phase: "playing", players: 2 }),
        ],
      }),
    ],
    join: [({ id }) => ({ lobby: state(id, { phase: "playing", match: "m1" }) })],
  });
  /** @type {any} */
  let room = null;
  by.it.net.joinOrCreate("arena").then((r) => {
    room = r;
  });
  await by.serve();
  assert.deepEqual(by.asked, ["list", "join two"]);
  by.it.enter();
  await settled();
  assert.equal(room, null, "not before its state is there");
  await by.play();
  assert.equal(room, by.it.net.room);
  assert.equal(/** @type {any} */ (room).state.tables.ships.size, 1);
});

test("what others were quicker for is passed over, and where there is nothing one's own is made and started once", async () => {
  const by = await lobbies({
    list: [() => ({ lobbies: [summary("a"), summary("b"), summary("c")] })],
    join: [refuse("full"), refuse("not-found"), refuse("forbidden")],
    create: [({ game, name }) => ({ lobby: state("mine", { game, name, host: "u1" }) })],
  });
  const entered = by.it.net.joinOrCreate("arena", { name: "Ada's", settings: { bots: 2 } });
  await by.serve();
  by.tell("state", state("mine", { host: "u1", rev: 2 }));
  by.tell("state", state("mine", { host: "u1", rev: 3 }));
  await by.serve();
  assert.deepEqual(by.asked, ["list", "join a", "join b", "join c", "create", "start"]);
  by.tell("state", state("mine", { host: "u1", rev: 4, phase: "playing", match: "m1" }));
  await by.play();
  assert.equal((await entered).match, "m1");
});

test("when the last lobby went to another it is looked for a place again", async () => {
  const by = await lobbies({
    list: [() => ({ lobbies: [] }), () => ({ lobbies: [summary("theirs")] })],
    create: [refuse("full")],
    join: [({ id }) => ({ lobby: state(id) })],
  });
  by.it.net.joinOrCreate("arena");
  await by.serve();
  assert.deepEqual(by.asked, ["list", "create", "list", "join theirs"]);
});

test("it is started by its host alone, with as many players as are wanted", async () => {
  const by = await lobbies({
    list: [() => ({ lobbies: [] })],
    create: [() => ({ lobby: state("mine", { host: "u1" }) })],
  });
  by.it.net.joinOrCreate("arena", { min: 2 });
  await by.serve();
  assert.deepEqual(by.asked, ["list", "create"]);
  const members = ["u1", "u2"].map((user) => ({ user, role: "player" }));
  by.tell("state", state("mine", { rev: 2, host: "u2", members }));
  await by.serve();
  assert.equal(by.asked.length, 2);
  by.tell("state", state("mine", { rev: 3, host: "u1", members }));
  await by.serve();
  assert.deepEqual(by.asked.slice(2), ["start"]);
});

test("who is in a lobby of the game stays in it, and of another game is refused", async () => {
  const by = await lobbies({ list: [() => ({ lobbies: [summary("a")] })] });
  by.tell("state", state("b"));
  by.it.net.joinOrCreate("arena");
  const other = by.it.net.joinOrCreate("swarm");
  other.catch(() => {});
  await by.serve();
  assert.deepEqual(by.asked, ["list", "list"]);
  await assert.rejects(other, { code: "already" });
});

test("a lost connection is waited out: it is looked anew where one is", async () => {
  const by = await lobbies({
    list: [() => ({ lobbies: [summary("a")] })],
    join: [({ id }) => ({ lobby: state(id) })],
  });
  by.it.net.joinOrCreate("arena");
  await import("../src/enter.js");
  await settled();
  by.it.net.cut();
  by.it.clock.advance(500);
  by.it.accept({ resumed: true });
  await by.serve();
  assert.deepEqual(by.asked, ["list", "join a"]);
});

test("it is given up by a signal, which leaves the lobby, by being put out, and by the end", async () => {
  const answers = () => ({
    list: [() => ({ lobbies: [summary("a")] })],
    join: [(/** @type {any} */ { id }) => ({ lobby: state(id) })],
  });
  const stop = new AbortController();
  const aborted = await lobbies(answers());
  const first = aborted.it.net.joinOrCreate("arena", { signal: stop.signal });
  first.catch(() => {});
  await aborted.serve();
  stop.abort(new Error("enough"));
  await aborted.serve();
  await assert.rejects(first, { message: "enough" });
  assert.equal(aborted.asked.at(-1), "leave");

  const kicked = await lobbies(answers());
  const second = kicked.it.net.joinOrCreate("arena");
  second.catch(() => {});
  await kicked.serve();
  kicked.tell("closed", { id: "a", reason: "kicked" });
  await assert.rejects(second, { code: "closed" });

  const closed = await lobbies(answers());
  const third = closed.it.net.joinOrCreate("arena");
  third.catch(() => {});
  await closed.serve();
  closed.it.net.close();
  await assert.rejects(third, { name: "ClosedError" });
  await assert.rejects(closed.it.net.joinOrCreate("arena"), { name: "ClosedError" });
});

test("a match is watched, or waited for; and a room is left", async () => {
  const by = await lobbies({
    list: [() => ({ lobbies: [] })],
    join: [({ id, spectate }) => ({ lobby: state(id, { spectate }) })],
  });
  const watched = by.it.net.watch("a");
  await by.serve();
  assert.deepEqual(by.asked, ["list", "join a"]);
  by.tell("state", state("a", { rev: 2, phase: "playing", match: "m1" }));
  await by.play();
  const room = await watched;
  /** @type {string[]} */
  const order = [];
  room.on("exit", ({ reason }) => order.push(reason));
  const left = room.leave().then(() => order.push("resolved"));
  await by.serve();
  assert.equal(by.asked.at(-1), "leave");
  assert.equal(by.it.net.lobby.state, null);
  assert.deepEqual(order, [], "the reply alone is not the end of the match");
  by.exit("m1");
  await left;
  assert.deepEqual(order, ["left", "resolved"]);
});
