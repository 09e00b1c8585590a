import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "@msgpack/msgpack";
import { captionOf } from "../page/lab/captions.js";
import { screenWords, stateOf } from "../page/lab/line-state.js";
import { histogramOf, quantileOf } from "../page/lab/server-metrics.js";
import { groupOf, KINDS, Traffic } from "../page/lab/traffic.js";
import { Uncorrected } from "../page/lab/uncorrected.js";

const nameOf = (/** @type {any[]} */ frame) => KINDS[groupOf(encode(frame))].name;

test("a frame is counted by what it is for", () => {
  const long = Array.from({ length: 20 }, () => 0);
  for (const [frame, name] of /** @type {[any[], string][]} */ ([
    [[21, 1, 2, 0], "snapshot"],
    [[21, ...long], "snapshot"],
    [[3, 1], "input"],
    [[4, 1], "ack"],
    [[19, 1, 2], "ack"],
    [[18, 5, "match", "kill", {}], "event"],
    [[18, 500, "match", "kill", {}], "event"],
    [[18, 70_000, "match", "kill", {}], "event"],
    [[18, 200, "chat", "message", {}], "other"],
    [[17, 1, true, {}], "other"],
    [[99], "other"],
  ])) {
    assert.equal(nameOf(frame), name, JSON.stringify(frame));
  }
  for (const bytes of [[], [0x91], [0xdc, 0], [0x93, 18, 0xce]])
    assert.equal(KINDS[groupOf(new Uint8Array(bytes))].name, "other");
});

test("bytes of the last second are those of ten whole bars, and old ones are gone", () => {
  let now = 5000;
  const traffic = new Traffic(() => now);
  class Socket extends EventTarget {
    send() {}
  }
  const Counted = traffic.wrap(Socket);
  const socket = new Counted("ws://here");
  for (let i = 0; i < 10; i++) {
    socket.send(new Uint8Array([0x91, 3, 0, 0]));
    socket.dispatchEvent(
      Object.assign(new Event("message"), { data: encode([21, 1]).slice().buffer }),
    );
    now += 100;
  }
  assert.equal(traffic.allPerSecond("out"), 40);
  assert.equal(traffic.allPerSecond("in"), 30);
  now += 1000;
  assert.equal(traffic.allPerSecond("out"), 0);
  now += 60_000;
  assert.equal(traffic.in.at(traffic.bin, 0), 0);
  assert.deepEqual(traffic.out.total, [0, 0, 40, 0, 0]);
});

test("the ticks between two looks make the quantiles, not those before", () => {
  const look = (/** @type {number[]} */ counts) =>
    histogramOf(
      ["1e-05", "2e-05", "4e-05", "+Inf"]
        .map((le, i) => `deltatick_tick_step_seconds_bucket{le="${le}"} ${counts[i]}\n`)
        .join(""),
    );
  const before = look([100, 100, 100, 100]);
  assert.equal(before.length, 4);
  const after = look([100, 190, 200, 200]);
  assert.ok(Math.abs(quantileOf(before, after, 0.45) - 1.5e-5) < 1e-12);
  assert.ok(quantileOf(before, after, 0.99) > 2e-5);
  assert.ok(Number.isNaN(quantileOf(after, after, 0.5)));
  assert.ok(Number.isNaN(quantileOf([], [], 0.5)));
  assert.equal(quantileOf([], look([0, 0, 0, 5]), 0.5), 4e-5, "at least the greatest bound");
  assert.deepEqual(histogramOf("nothing here"), []);
});

test("what nobody corrects goes on by its inputs alone, from where it began", () => {
  const free = new Uncorrected(
    (/** @type {any} */ row, /** @type {any} */ input, /** @type {number} */ dt) => {
      row.x += input.turn * dt;
    },
    10,
  );
  free.run({ turn: 1 });
  assert.equal(free.row, null);
  const from = { x: 5 };
  free.begin(from);
  free.run({ turn: 1 });
  free.run({});
  assert.equal(/** @type {any} */ (free).row.x, 5.1);
  assert.equal(from.x, 5);
});

test("what a line is doing is told by the client's status, and by whether snapshots come", () => {
  const room = {};
  const player = (/** @type {string} */ state, /** @type {any} */ is = {}) =>
    /** @type {any} */ ({
      net: { status: { state, attempt: 2, inMs: 500 }, room, ...is.net },
      room,
      heardAt: 1000,
      statusAt: 1000,
      returning: false,
      ...is,
    });
  const net = { status: { state: "open" }, room: null };
  for (const [it, state, words] of /** @type {[any, string, string][]} */ ([
    [player("open"), "on", ""],
    [player("open", { heardAt: 300 }), "silent", "Nothing comes, for 0.9 s"],
    [
      player("open", { heardAt: 300, returning: true }),
      "resuming",
      "Connected again, waits for the match",
    ],
    [player("open", { net }), "between", ""],
    [player("waiting"), "lost", "No connection: dials again in 0.3 s"],
    [player("connecting"), "dialling", "Dials, attempt 3"],
    [player("closed"), "over", "The session is over: load the page anew"],
  ])) {
    assert.equal(stateOf(it, 1200), state);
    assert.equal(screenWords(it, stateOf(it, 1200), 1200), words);
  }
});

test("a caption says what is switched off, but for a line that says nothing itself", () => {
  const modes = { prediction: true, reconciliation: true, interpolation: true, smoothing: true };
  const at = { state: /** @type {const} */ ("on"), rtt: 150, rewind: true, codec: "packed" };
  assert.match(captionOf(modes, at), /^All on/);
  assert.match(captionOf({ ...modes, prediction: false }, at), /^Without prediction/);
  for (const state of /** @type {const} */ ([
    "lost",
    "dialling",
    "resuming",
    "silent",
    "between",
    "over",
  ]))
    assert.doesNotMatch(captionOf(modes, { ...at, state }), /All on|Without/, state);
});
