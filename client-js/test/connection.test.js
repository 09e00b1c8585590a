import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../src/index.js";
import { FakeSocket, harness, settled } from "./support/harness.js";

const [HELLO, PING, BYE] = [1, 5, 7];
/** @param {any[]} statuses */
const states = (statuses) => statuses.map((s) => s.state);

test("the first frame is a hello as a guest, without a token, and the URL carries nothing", () => {
  const { socket, net } = harness({ manual: true });
  assert.equal(socket.url, "ws://test/ws");
  assert.deepEqual(socket.sent, []);
  assert.equal(net.status.state, "connecting");
  socket.open();
  assert.deepEqual(socket.sent, [
    [HELLO, 1, "deltatick-js", ["packed", "mp"], ["guest", "Ada"], null],
  ]);
});

test("the welcome opens the connection and says who one is", async () => {
  const { net, statuses } = harness();
  assert.equal(await net.ready, net);
  assert.deepEqual([net.user, net.name, net.session], ["u1", "Ada", "s1"]);
  assert.deepEqual(states(statuses), ["open"]);
  assert.equal(net.status.resumed, false);
});

test("the new token is confirmed at once, by a ping", () => {
  const { socket } = harness();
  assert.deepEqual(socket.sent[1], [PING, 1000, 0]);
});

test("after a cut it dials at once and says the newest token and event", () => {
  const it = harness();
  it.socket.event(1, "x", "y", null);
  it.socket.event(2, "x", "y", null);
  it.socket.end(1006);
  assert.equal(it.sockets.length, 2);
  it.socket.open();
  assert.deepEqual(it.socket.last(HELLO)[5], ["token-1", 2]);
  it.clock.advance(30);
  it.socket.welcome({ resumed: true, token: "token-2", lost: 3 });
  const { state, resumed, lost, downMs } = it.net.status;
  assert.deepEqual(
    { state, resumed, lost, downMs },
    { state: "open", resumed: true, lost: 3, downMs: 30 },
  );
  assert.equal(it.net.stats.reconnects, 1);
  it.socket.end(1006);
  it.socket.open();
  assert.deepEqual(it.socket.last(HELLO)[5], ["token-2", 2]);
});

test("a dial that fails is followed by waits, each told, until one succeeds", () => {
  const it = harness({ random: () => 0.5 });
  it.socket.end(1006);
  it.statuses.length = 0;
  const waits = [250, 500, 1000, 2000, 2500, 2500];
  for (const [i, wait] of waits.entries()) {
    it.socket.end(1006);
    assert.deepEqual(
      [it.net.status.state, it.net.status.attempt, it.net.status.inMs],
      ["waiting", i + 1, wait],
    );
    const dials = it.sockets.length;
    it.clock.advance(wait - 1);
    assert.equal(it.sockets.length, dials);
    it.clock.advance(1);
    assert.equal(it.sockets.length, dials + 1);
  }
  it.accept({ resumed: true });
  assert.equal(it.net.status.attempt, 0);
  assert.deepEqual(states(it.statuses), [
    ...waits.flatMap(() => ["waiting", "connecting"]),
    "open",
  ]);
});

test("cut twice within a second, it is back twice without waiting", () => {
  const it = harness();
  for (const token of ["token-2", "token-3"]) {
    it.clock.advance(300);
    it.net.cut();
    it.accept({ resumed: true, token });
    assert.equal(it.net.status.state, "open");
  }
  assert.equal(it.sockets.length, 3);
  assert.equal(it.net.stats.reconnects, 2);
});

test("a socket that dies before its welcome is dialled again with the same token", () => {
  const it = harness();
  it.net.cut();
  it.socket.open();
  it.socket.end(1006);
  it.clock.advance(500);
  it.socket.open();
  assert.deepEqual(it.socket.last(HELLO)[5], ["token-1", 0]);
});

test("a dial without a welcome is given up in time", () => {
  const it = harness({ manual: true, dialTimeout: 3000 });
  it.socket.open();
  it.clock.advance(2999);
  assert.equal(it.net.status.state, "connecting");
  it.clock.advance(1);
  assert.equal(it.net.status.state, "waiting");
  assert.notEqual(it.socket.closedWith, null);
});

test("nothing of an old socket is heard any more", () => {
  const it = harness();
  const old = it.socket;
  it.net.cut();
  it.accept({ resumed: true, token: "token-2" });
  const before = it.net.stats.framesIn;
  old.event(1, "x", "y", null);
  old.end(4500);
  assert.equal(it.net.stats.framesIn, before);
  assert.equal(it.net.status.state, "open");
});

for (const code of [1000, 4500, 4503, 4504, 4505, 4506, 4507, 4508, 4509, 4777]) {
  test(`after ${code} it stays away`, async () => {
    const it = harness();
    it.socket.end(code);
    assert.deepEqual(
      [it.net.status.state, it.net.status.code, it.net.status.retry],
      ["closed", code, ""],
    );
    it.clock.advance(60_000);
    assert.equal(it.sockets.length, 1);
    assert.equal(it.clock.pending, 0);
  });
}

for (const code of [4501, 4502]) {
  test(`after ${code} it stays away and says that a fresh connection may be made`, () => {
    const it = harness();
    it.net.cut();
    it.socket.open();
    it.socket.end(code);
    assert.deepEqual([it.net.status.state, it.net.status.retry], ["closed", "fresh"]);
    assert.equal(it.clock.pending, 0);
  });
}

for (const code of [1001, 1006, 1011, 4000, 4001, 4002, 4003, 4004, 4333]) {
  test(`after ${code} it comes back`, () => {
    const it = harness({ random: () => 0.5 });
    it.clock.advance(1000);
    it.socket.end(code);
    assert.equal(it.net.status.code, code);
    it.clock.advance(2500);
    it.accept({ resumed: true });
    assert.equal(it.net.status.state, "open");
  });
}

test("going-away waits before the first dial", () => {
  const it = harness({ random: () => 0.5 });
  it.socket.end(4000);
  assert.deepEqual(
    [it.net.status.state, it.net.status.name, it.net.status.inMs],
    ["waiting", "going-away", 500],
  );
  it.clock.advance(500);
  assert.equal(it.sockets.length, 2);
});

test("a server that refuses everyone for want of room is asked at random times inside the cap", () => {
  const it = harness({ manual: true, random: () => 0.9 });
  it.socket.open();
  it.socket.end(4003);
  assert.equal(it.net.status.inMs, 4500);
});

test("ready is refused when it is closed before the first welcome", async () => {
  const it = harness({ manual: true });
  it.socket.open();
  it.socket.end(4508);
  await assert.rejects(it.net.ready, { name: "ClosedError", code: 4508, reason: "unauthorized" });
});

test("close says bye, closes properly, and leaves no timer behind", () => {
  const it = harness();
  it.net.close();
  assert.deepEqual(it.socket.last(BYE), [BYE]);
  assert.equal(it.socket.closedWith, 1000);
  assert.deepEqual([it.net.status.state, it.net.status.code], ["closed", 1000]);
  assert.equal(it.clock.pending, 0);
  it.net.close();
  it.net.cut();
  assert.deepEqual(states(it.statuses), ["open", "closed"]);
});

test("close while waiting or dialling ends that too", () => {
  const waiting = harness({ manual: true });
  waiting.socket.end(1006);
  waiting.net.close();
  assert.equal(waiting.clock.pending, 0);
  const dialling = harness({ manual: true });
  dialling.net.close();
  assert.equal(dialling.clock.pending, 0);
  assert.equal(dialling.socket.closedWith, 1000);
});

test("close from inside a status handler holds", () => {
  const it = harness({ manual: true });
  it.net.on("status", (s) => s.state === "waiting" && it.net.close());
  it.socket.end(1006);
  assert.equal(it.net.status.state, "closed");
  assert.equal(it.clock.pending, 0);
});

test("an abort signal closes, also one that was aborted before", () => {
  const stop = new AbortController();
  const it = harness({ signal: stop.signal });
  stop.abort();
  assert.equal(it.net.status.state, "closed");
  const late = harness({ manual: true, signal: stop.signal });
  assert.equal(late.net.status.state, "closed");
  assert.equal(late.sockets.length, 0);
});

test("an unsupported version or codec in the welcome is not gone along with", () => {
  const version = harness({ manual: true });
  version.accept({ version: 2 });
  assert.deepEqual([version.net.status.state, version.net.status.name], ["closed", "version"]);
  const codec = harness({ manual: true });
  codec.accept({ codec: "zip" });
  assert.equal(codec.net.status.state, "connecting");
  assert.equal(codec.errors.length, 1);
});

test("the codecs on offer are those asked for, with mp among them", () => {
  const plain = harness({ manual: true, codecs: ["mp"] });
  plain.accept({ codec: "mp" });
  assert.deepEqual(plain.socket.sent[0][3], ["mp"]);
  assert.equal(plain.net.codec, "mp");
  const packed = harness({ manual: true, codecs: ["mp"] });
  packed.accept({ codec: "packed" });
  assert.equal(packed.net.status.state, "connecting", "one that was not offered");
  for (const codecs of [["packed"], [], ["mp", "zip"]]) {
    assert.throws(() => harness({ codecs }), TypeError);
  }
});

test("codecs can be offered anew: the present connection goes on, the next one offers them", () => {
  const { net, socket, ...it } = harness();
  net.offerCodecs(["mp"]);
  assert.equal(socket.closedWith, null);
  net.cut();
  const [, next] = it.sockets;
  next.open();
  assert.deepEqual(next.sent[0][3], ["mp"]);
  // Between a hello and its welcome, too.
  net.offerCodecs(["packed", "mp"]);
  next.welcome({ resumed: true, codec: "mp" });
  assert.deepEqual([net.status.state, net.codec], ["open", "mp"]);
  net.cut();
  it.sockets[2].open();
  assert.deepEqual(it.sockets[2].sent[0][3], ["packed", "mp"]);
});

test("where there is no WebSocket, the error says whose to pass", (t) => {
  const had = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  t.after(() => {
    if (had) Object.defineProperty(globalThis, "WebSocket", had);
    else Reflect.deleteProperty(globalThis, "WebSocket");
  });
  Object.defineProperty(globalThis, "WebSocket", { value: undefined, configurable: true });
  assert.throws(() => connect({ url: "ws://test/ws" }), {
    name: "TypeError",
    message: "Node before 22 needs WebSocket from the package ws: connect({ url, WebSocket })",
  });
});

test("frames before the welcome and a second welcome are refused", () => {
  const it = harness({ manual: true });
  it.socket.open();
  it.socket.event(1, "x", "y", null);
  it.socket.welcome();
  it.socket.welcome({ user: "other" });
  assert.equal(it.net.stats.malformed, 2);
  assert.equal(it.net.user, "u1");
});

test("malformed messages are counted and told; a peer that sends nothing else is left", () => {
  const it = harness();
  for (let i = 0; i < 7; i++) it.socket.raw(new Uint8Array([0xc1]));
  assert.equal(it.net.status.state, "open");
  it.socket.onmessage({ data: "text" });
  assert.equal(it.net.stats.malformed, 8);
  assert.equal(it.errors.length, 8);
  assert.equal(it.sockets.length, 2, "dialled anew");
});

test("frames of unknown kinds and elements added later are skipped", () => {
  const it = harness();
  it.socket.push(99, "whatever", {});
  it.socket.push(19, 1000, 5, 0, "more");
  assert.equal(it.net.stats.unknown, 1);
  assert.equal(it.net.stats.malformed, 0);
});

test("without a WebSocket, or with a strange option, it says so at once", () => {
  assert.throws(() => connect({ url: "ws://x", WebSocket: undefined }), /WebSocket/);
  assert.throws(
    () => connect({ url: "ws://x", WebSocket: FakeSocket, resume: /** @type {any} */ ("disk") }),
    /resume/,
  );
  assert.throws(() => connect({ WebSocket: FakeSocket }), /url/);
});

test("several clients in one program do not know of each other", async () => {
  const a = harness();
  const b = harness({ name: "Bo" });
  a.net.close();
  assert.equal(b.net.status.state, "open");
  b.socket.event(1, "x", "y", null);
  await settled();
  assert.equal(b.net.status.state, "open");
});

test("a server that allows no frames, or a name without end, breaks nothing", () => {
  const it = harness({ manual: true, name: "x".repeat(100_000) });
  it.accept({ maxFrame: 0 });
  assert.equal(it.socket.sent[0][4][1].length, 64);
  it.clock.advance(1000);
  assert.equal(it.socket.ofKind(PING).length, 3);
});

/** A page's global object, as far as a client looks at it. */
class FakePage extends EventTarget {
  document = Object.assign(new EventTarget(), { visibilityState: "visible" });
}

/** A client that was in, was cut, and waits for its next dial. @param {FakePage} waker @param {number} [code] that it was closed with */
function waiting(waker, code = 1006) {
  const it = harness({ waker, random: () => 0.99 });
  it.socket.end(code);
  if (code === 1006) it.socket.end(1006);
  assert.equal(it.net.status.state, "waiting");
  return { ...it, dials: it.sockets.length };
}

test("whoever waits for the next dial dials when the page is online again, or seen again", () => {
  for (const wake of [
    (/** @type {FakePage} */ page) => page.dispatchEvent(new Event("online")),
    (/** @type {FakePage} */ page) => page.document.dispatchEvent(new Event("visibilitychange")),
  ]) {
    const page = new FakePage();
    const { net, sockets, dials, clock } = waiting(page);
    page.document.visibilityState = "hidden";
    page.document.dispatchEvent(new Event("visibilitychange"));
    assert.equal(sockets.length, dials, "nobody looks");
    page.document.visibilityState = "visible";
    wake(page);
    assert.equal(sockets.length, dials + 1);
    assert.equal(net.status.state, "connecting");
    wake(page);
    clock.advance(600);
    assert.equal(
      sockets.length,
      dials + 1,
      "once, and not again when the wait would have been over",
    );
  }
});

test("a wait that the server has asked for is waited out, and a connection that holds is left alone", () => {
  const page = new FakePage();
  const { sockets, dials } = waiting(page, 4003);
  page.dispatchEvent(new Event("online"));
  assert.equal(sockets.length, dials);
  const other = new FakePage();
  const it = harness({ waker: other });
  other.dispatchEvent(new Event("online"));
  assert.equal(it.sockets.length, 1);
  assert.equal(it.net.status.state, "open");
});

test("a client that is closed listens to its page no longer", () => {
  const page = new FakePage();
  let listening = 0;
  for (const target of [page, page.document]) {
    const { addEventListener } = target;
    target.addEventListener = (/** @type {[any, any, any]} */ ...args) => {
      listening++;
      args[2].signal.addEventListener("abort", () => listening--);
      addEventListener.apply(target, args);
    };
  }
  const { net } = harness({ waker: page });
  assert.equal(listening, 2);
  net.close();
  assert.equal(listening, 0);
});
