import assert from "node:assert/strict";
import { test } from "node:test";
import { together } from "../page/admin/together.js";
import { cameraFor } from "../page/camera.js";
import { mergeControls } from "../page/controls.js";
import { lostWords } from "../page/link-state.js";
import { outcomeOf } from "../page/outcome.js";
import { OwnMotion } from "../page/own-motion.js";
import { OwnShots } from "../page/own-shots.js";
import { hueOf, hullOf } from "../page/palette.js";
import { candidates, quickPlay } from "../page/quick-play.js";
import { settledWithin } from "../page/settled-within.js";
import { Shake } from "../page/shake.js";
import { parseHash } from "../page/share-link.js";
import { ShotWatch } from "../page/shot-watch.js";
import { typingWords } from "../page/typing-words.js";
import { awayWords, refusal } from "../page/words.js";

const field = { width: 1600, height: 900 };
const bare = { top: 0, right: 0, bottom: 0, left: 0 };

test("the whole field is shown, centred, where it fits", () => {
  const view = { width: 1280, height: 800, ...bare, top: 40 };
  const { scale, x, y, follows } = cameraFor(view, field, { x: 0, y: 0 }, 0.6);
  assert.equal(follows, false);
  assert.ok(Math.abs(scale - 0.8) < 1e-9);
  assert.ok(Math.abs(x) < 1e-9);
  assert.ok(Math.abs(y - (40 + (760 - 720) / 2)) < 1e-9);
});

test("on a small screen the view follows, keeps its focus visible, and shows nothing beyond the field", () => {
  const view = { width: 390, height: 844, ...bare, top: 52, bottom: 236 };
  for (let fx = 0; fx <= 1600; fx += 80) {
    for (let fy = 0; fy <= 900; fy += 90) {
      const { scale, x, y, follows } = cameraFor(view, field, { x: fx, y: fy }, 0.6);
      assert.equal(follows, true);
      const [sx, sy] = [fx * scale + x, fy * scale + y];
      assert.ok(sx >= -1e-9 && sx <= 390 + 1e-9, `x ${sx}`);
      assert.ok(sy >= 52 - 1e-9 && sy <= 844 - 236 + 1e-9, `y ${sy}`);
      assert.ok(x <= 1e-9 && x + 1600 * scale >= 390 - 1e-9, "no gap at the sides");
    }
  }
});

const none = { held: false, fire: false, thrust: false, x: 0, y: 0 };
const idle = { aimed: false, aim: 0, turn: 0, thrust: false, fire: false };
/** @param {string[]} held */
const keys = (...held) => ({ down: (/** @type {string} */ what) => held.includes(what) });

test("a turning key wins over aiming, and opposite keys cancel", () => {
  const pointer = { ...none, held: true, fire: true, x: 10, y: 0 };
  const turned = mergeControls(keys("left"), pointer, idle, idle, { x: 0, y: 0 });
  assert.deepEqual([turned.turn, turned.aimed, turned.fire], [-1, false, true]);
  const both = mergeControls(keys("left", "right", "thrust"), none, idle, idle, { x: 0, y: 0 });
  assert.deepEqual([both.turn, both.aimed, both.thrust], [0, false, true]);
});

test("aims are angles from 0 to below a full turn, from the ship to the pointer", () => {
  for (const [x, y, aim] of [
    [10, 0, 0],
    [0, 10, Math.PI / 2],
    [-10, 0, Math.PI],
    [0, -10, Math.PI * 1.5],
  ]) {
    const input = mergeControls(keys(), { ...none, held: true, x: 5 + x, y: 7 + y }, idle, idle, {
      x: 5,
      y: 7,
    });
    assert.equal(input.aimed, true);
    assert.ok(Math.abs(input.aim - aim) < 1e-9, `${input.aim} for ${aim}`);
  }
  const thumb = mergeControls(keys(), none, { ...idle, aimed: true, aim: -Math.PI / 2 }, idle, {
    x: 0,
    y: 0,
  });
  assert.ok(Math.abs(thumb.aim - Math.PI * 1.5) < 1e-9);
});

test("quick play prefers running arenas with room, the fullest first", () => {
  const lobby = (
    /** @type {string} */ id,
    /** @type {string} */ game,
    /** @type {string} */ phase,
    /** @type {number} */ players,
  ) => ({
    id,
    game,
    phase,
    players,
    max_players: 8,
  });
  const list = [
    lobby("waiting", "arena", "open", 5),
    lobby("full", "arena", "playing", 8),
    lobby("few", "arena", "playing", 1),
    lobby("swarm", "swarm", "playing", 2),
    lobby("many", "arena", "playing", 6),
  ];
  assert.deepEqual(
    candidates(list).map(({ id }) => id),
    ["many", "few"],
  );
});

test("quick play on a server that shows a recording watches it", async () => {
  /** @type {unknown[]} */
  const joined = [];
  const net = {
    server: "deltatick replay",
    lobby: {
      list: async () => [
        { id: "one", game: "arena", phase: "playing", players: 1, max_players: 1 },
      ],
      join: async (/** @type {unknown} */ target) => joined.push(target),
    },
  };
  await quickPlay(net);
  assert.deepEqual(joined, [{ id: "one", spectate: true }]);
});

test("a share link says where to go and nothing else is believed", () => {
  assert.deepEqual(parseHash("#join=abc234&name=Ada"), {
    code: "ABC234",
    spectate: false,
    name: "Ada",
  });
  assert.deepEqual(parseHash("#watch=ABC234"), { code: "ABC234", spectate: true, name: undefined });
  for (const bad of [
    "",
    "#",
    "#join=",
    "#join=ABC",
    "#join=ABC1O0",
    "#join=<script>",
    "#other=ABC234",
  ]) {
    assert.equal(parseHash(bad).code, undefined, bad);
  }
  assert.equal(parseHash(`#name=${"x".repeat(99)}`).name?.length, 24);
});

test("a result of another shape is not mistaken for scores", () => {
  for (const odd of [null, undefined, 7, "won", {}, { scores: 3 }, { scores: null }])
    assert.equal(outcomeOf(odd), null);
  const { winner, scores } =
    outcomeOf({
      winner: 5,
      scores: [null, { name: 3 }, { name: "b", score: 1 }, { name: "a", score: 2 }],
    }) ?? {};
  assert.equal(winner, "");
  assert.deepEqual(
    scores?.map(({ name }) => name),
    ["a", "b"],
  );
});

test("one's own ship advances evenly although snapshots arrive unevenly", () => {
  const motion = new OwnMotion();
  const rate = 60;
  let shown = 0;
  let arrived = 0;
  for (let frame = 1; frame < 600; frame++) {
    const now = (frame * 1000) / rate;
    // Every third snapshot is late by more than a tick and comes together with the next one.
    while (arrived < frame - (frame % 3 === 0 ? 2 : 0)) motion.note(++arrived, rate, now);
    const at = arrived + motion.ahead(arrived, rate, now) * rate; // in ticks
    if (frame > 120)
      assert.ok(Math.abs(at - shown - 1) < 0.2, `step of ${at - shown} ticks at frame ${frame}`);
    shown = at;
  }
});

test("it is never carried further than a tenth of a second past the newest snapshot", () => {
  const motion = new OwnMotion();
  for (let tick = 1; tick < 60; tick++) motion.note(tick, 60, (tick * 1000) / 60);
  assert.equal(motion.ahead(59, 60, 60_000), 0.1);
});

test("sixteen ships are told apart by hue and hull together", () => {
  const looks = new Set(
    Array.from({ length: 16 }, (_, color) => `${hueOf(color)} ${hullOf(color)}`),
  );
  assert.equal(looks.size, 16);
});

test("while the server is silent nobody is told that the seat is there", () => {
  for (const state of ["waiting", "connecting"])
    assert.match(
      lostWords({ state, attempt: 3, inMs: 1200 }),
      /Reconnecting.* if the server is still there/,
    );
});

test("why there is no connection yet is said in words, and nothing while the first try is on its way", () => {
  const waiting = { state: "waiting", code: 0 };
  assert.deepEqual(awayWords({ state: "connecting", code: 0 }, true), ["Connecting", ""]);
  assert.match(awayWords(waiting, true).join(" "), /does not answer.*keeps trying/);
  assert.match(awayWords({ ...waiting, code: 4003 }, true).join(" "), /full.*keeps trying/);
  assert.match(awayWords({ ...waiting, code: 4000 }, true).join(" "), /restarting/);
  assert.match(awayWords(waiting, false).join(" "), /offline/);
});

test("a promise is waited for until it is settled, and one that never is for a while only", async () => {
  await settledWithin(Promise.resolve(), 2 ** 31 - 1);
  await settledWithin(Promise.reject(new Error("closed")), 2 ** 31 - 1);
  await settledWithin(new Promise(() => {}), 1);
});

test("who types is said in one short line", () => {
  assert.equal(typingWords([]), "");
  assert.equal(typingWords(["Ada"]), "Ada is typing");
  assert.equal(typingWords(["Ada", "Bob"]), "Ada and Bob are typing");
  assert.equal(typingWords(["Ada", "Bob", "Eve"]), "3 are typing");
});

test("what is forbidden is said in the server's words", () => {
  const error = { code: "forbidden", message: "the host has muted you" };
  assert.equal(refusal(error), "The host has muted you.");
  assert.equal(refusal({ code: "forbidden" }), "That is not for you to do.");
});

test("a shaken picture comes to rest, stays near, and does not move at all where less motion is asked for", () => {
  const shake = new Shake();
  shake.add(5);
  let most = 0;
  for (let frame = 0; frame < 60; frame++) {
    shake.advance(1 / 60, frame * 16, false);
    most = Math.max(most, Math.hypot(shake.x, shake.y));
  }
  assert.ok(most > 1 && most < 14, `${most} pixels`);
  assert.equal(Math.hypot(shake.x, shake.y), 0);
  shake.add(1);
  shake.advance(1 / 60, 1000, true);
  assert.equal(Math.hypot(shake.x, shake.y), 0);
});

test("each shot is told of once, and those that were there on arrival not at all", () => {
  const watch = new ShotWatch();
  const shots = new Map([[1, "a"]]);
  /** @type {string[]} */
  const fired = [];
  const look = () => watch.look(shots, (shot) => fired.push(shot));
  look();
  shots.set(2, "b");
  look();
  look();
  shots.delete(2);
  look();
  shots.set(2, "c"); // an id may come again
  look();
  assert.deepEqual(fired, ["b", "c"]);
});

test("one's own shot is heard when it is predicted, not again when the server has it, and one that was not predicted when it comes", async () => {
  const watch = new ShotWatch();
  /** @type {Map<number, any>} */
  const rows = new Map();
  /** @type {any[]} */
  const heard = [];
  const fired = (/** @type {any} */ shot) => heard.push(shot.id ?? "predicted");
  /** @type {any} */
  let spawning;
  let places = 2;
  const room = {
    tickRate: 60,
    state: { tables: { round: new Map([[1, { phase: 1 }]]) } },
    predictSpawns: async (/** @type {any} */ options) => {
      spawning = options;
      return { add: () => (places-- > 0 ? -1 : 0) };
    },
  };
  const own = new OwnShots(room, () => 7, { fired, confirmed: ({ id }) => watch.heard(id) });
  const ship = { alive: true, weapon: 0, heading: 0, x: 0, y: 0 };
  watch.look(rows, fired);
  own.ran(ship, { fire: true }, 10);
  assert.deepEqual(heard, [], "not before it can be shown");
  await own.load();
  for (const tick of [40, 41, 42]) own.ran(ship, { fire: true }, tick);
  assert.deepEqual(heard, ["predicted"], "the gun has to load");
  rows.set(100, { id: 100, owner: 7 });
  spawning.confirmed({ id: 100 });
  watch.look(rows, fired);
  assert.deepEqual(heard, ["predicted"]);
  rows.set(101, { id: 101, owner: 7 });
  watch.look(rows, fired);
  watch.look(rows, fired);
  assert.deepEqual(heard, ["predicted", 101]);
  for (const tick of [80, 120]) own.ran(ship, { fire: true }, tick);
  assert.deepEqual(heard, ["predicted", 101, "predicted"], "one that is not shown is not heard");
});

test("administrators see nodes together: counts added, the longest of times", () => {
  const node = (/** @type {number} */ n, /** @type {Record<string, number>} */ drops) => ({
    sessions: n,
    connections: n,
    matches: n,
    players: n,
    ticks: n,
    late: n,
    slipped: n,
    lateness: n / 2,
    step: n / 4,
    drops,
  });
  const sum = node(3, { "match/late": 3, "session/late": 1 });
  assert.deepEqual(
    together([node(1, { "match/late": 1, "session/late": 1 }), node(2, { "match/late": 2 })]),
    { ...sum, lateness: 1, step: 0.5 },
  );
  assert.equal(together([]).lateness, 0);
});
