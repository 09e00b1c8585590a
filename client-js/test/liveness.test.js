import assert from "node:assert/strict";
import { test } from "node:test";
import { harness } from "./support/harness.js";

const PING = 5;

test("pings go out at the pace the server asked for and carry the newest event", () => {
  const it = harness();
  it.socket.event(7, "x", "y", null);
  for (let i = 0; i < 20; i++) {
    it.clock.advance(100);
    it.socket.push(99);
  }
  const pings = it.socket.ofKind(PING);
  assert.equal(pings.length, 5);
  assert.equal(pings[4][2], 7);
});

test("two seconds of silence end the link, and it dials at once", () => {
  const it = harness();
  it.clock.advance(2000);
  assert.equal(it.sockets.length, 1);
  it.clock.advance(500);
  assert.equal(it.sockets.length, 2);
  assert.notEqual(it.sockets[0].closedWith, null);
});

test("a frame of any kind is a sign of life", () => {
  const it = harness();
  for (let i = 0; i < 10; i++) {
    it.clock.advance(1900);
    it.socket.push(99);
  }
  assert.equal(it.sockets.length, 1);
});

test("a server that asks for rare pings is given the time they need", () => {
  const it = harness({ manual: true });
  it.accept({ pingEvery: 4000 });
  it.clock.advance(9900);
  assert.equal(it.sockets.length, 1);
  it.clock.advance(600);
  assert.equal(it.sockets.length, 2);
});

test("after a sleep it asks once more before it judges", () => {
  const it = harness();
  it.clock.sleep(600_000);
  assert.equal(it.sockets.length, 1);
  it.socket.push(19, it.socket.last(PING)[1], 0);
  it.clock.advance(1000);
  assert.equal(it.sockets.length, 1);
  it.clock.advance(2000);
  assert.equal(it.sockets.length, 2, "and a link that died meanwhile is noticed");
});

test("in a throttled tab, whose timers stand still, messages keep the pings going", () => {
  const it = harness();
  const before = it.socket.ofKind(PING).length;
  for (let i = 0; i < 120; i++) {
    it.clock.setTimeout(() => it.socket.push(99), 0);
    it.clock.sleep(17);
  }
  assert.ok(it.socket.ofKind(PING).length - before >= 3);
});

test("the round trip is that of the pings, smoothed, with its jitter", () => {
  const it = harness();
  for (let i = 0; i < 40; i++) {
    const ping = it.socket.last(PING);
    it.clock.advance(80);
    it.socket.push(19, ping[1], 1_700_000_000_000);
    it.clock.advance(420);
  }
  assert.ok(Math.abs(it.net.stats.rtt - 80) < 2, `${it.net.stats.rtt}`);
  assert.ok(it.net.stats.jitter < 2);
  it.socket.push(19, 1, 0);
  assert.ok(Math.abs(it.net.stats.rtt - 80) < 2, "an answer to no ping of ours tells nothing");
});

test("a socket that takes nothing is not filled: pings are left out and counted", () => {
  const it = harness();
  it.socket.bufferedAmount = 1 << 20;
  const sent = it.socket.sent.length;
  for (let i = 0; i < 10; i++) {
    it.clock.advance(500);
    it.socket.push(99);
  }
  assert.equal(it.socket.sent.length, sent);
  assert.equal(it.net.stats.unsent, 10);
});

test("rates are those of the last second", () => {
  const it = harness();
  for (let i = 0; i < 40; i++) {
    it.clock.advance(50);
    it.socket.push(99);
  }
  const { bytesIn } = it.net.stats.perSecond;
  assert.equal(bytesIn, 40, "20 frames of 2 bytes a second");
  it.clock.advance(1500);
  assert.equal(it.net.stats.perSecond.bytesIn, 0);
});
