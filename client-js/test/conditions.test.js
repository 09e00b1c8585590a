import assert from "node:assert/strict";
import { test } from "node:test";
import { Conditions } from "../src/conditions.js";
import { FakeClock } from "./support/clock.js";

/** The server's end of a real socket: what it was sent and when. */
class Server {
  /** @type {Server[]} */
  static all = [];
  binaryType = "blob";
  bufferedAmount = 0;
  readyState = 0;
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;
  /** @type {any} */ onerror = null;
  /** @type {any[]} */ got = [];
  /** @type {any[] | null} */ closed = null;

  /** @param {string} url @param {any} [protocols] */
  constructor(url, protocols) {
    this.url = url;
    this.protocol = protocols ?? "";
    Server.all.push(this);
  }
  open() {
    this.readyState = 1;
    this.onopen?.({});
  }
  /** @param {any} data */
  send(data) {
    this.got.push(data);
  }
  /** @param {any[]} how */
  close(...how) {
    this.readyState = 2;
    this.closed = how;
  }
}

/** @param {import("../src/conditions.js").ConditionsOptions} [line] */
function setUp(line) {
  const clock = new FakeClock();
  const { now, setTimeout, clearTimeout } = clock;
  const conditions = new Conditions({ now, setTimeout, clearTimeout, ...line });
  Server.all.length = 0;
  const dial = () => {
    const socket = new (conditions.wrap(/** @type {any} */ (Server)))("ws://test/ws");
    /** @type {{at: number, type: string, data?: any, code?: number}[]} */
    const heard = [];
    for (const type of ["open", "message", "error", "close"]) {
      socket.addEventListener(type, (/** @type {any} */ { data, code }) =>
        heard.push({ at: now(), type, data, code }),
      );
    }
    return { socket, heard };
  };
  /** A socket that is open, and the server's end of it. */
  const opened = () => {
    const { socket, heard } = dial();
    const { delayMs } = conditions.options;
    clock.advance(3 * delayMs + 1000);
    const server = /** @type {Server} */ (Server.all.at(-1));
    server.open();
    clock.advance(delayMs + 1000);
    assert.equal(socket.readyState, 1);
    heard.length = 0;
    return { socket, heard, server };
  };
  return { clock, conditions, dial, opened };
}

/** @param {{data?: any}[]} heard */
const said = (heard) => heard.map(({ data }) => data);

test("a good line changes nothing but that it goes through a timer", () => {
  const { clock, opened } = setUp();
  const { socket, heard, server } = opened();
  socket.send("up");
  server.onmessage({ data: "down" });
  clock.advance(0);
  assert.deepEqual(server.got, ["up"]);
  assert.deepEqual(said(heard), ["down"]);
});

test("a socket opens after the two round trips of its handshakes", () => {
  const { clock, dial } = setUp({ delayMs: 75 });
  const { socket, heard } = dial();
  assert.equal(socket.url, "ws://test/ws");
  clock.advance(224);
  assert.equal(Server.all.length, 0);
  clock.advance(1);
  Server.all[0].open();
  clock.advance(74);
  assert.equal(socket.readyState, 0);
  assert.throws(() => socket.send("early"), { name: "InvalidStateError" });
  clock.advance(1);
  assert.equal(socket.readyState, 1);
  assert.deepEqual(
    heard.map(({ at, type }) => [at, type]),
    [[1300, "open"]],
  );
});

test("each way takes its time", () => {
  const { clock, opened } = setUp({ delayMs: 75 });
  const { socket, heard, server } = opened();
  const bytes = new Uint8Array([1, 2, 3]);
  socket.send(bytes);
  bytes.fill(9);
  assert.equal(socket.bufferedAmount, 0, "it has left");
  clock.advance(74);
  assert.equal(server.got.length, 0);
  clock.advance(1);
  assert.deepEqual([...server.got[0]], [1, 2, 3], "as it was when it was sent");
  const { now } = clock;
  const from = now();
  server.onmessage({ data: "back" });
  clock.advance(100);
  assert.deepEqual(heard[0].at - from, 75);
});

test("with jitter, times vary over the whole range, order does not", () => {
  const { clock, opened } = setUp({ delayMs: 75, jitterMs: 15 });
  const { heard, server } = opened();
  const from = clock.now();
  for (let i = 0; i < 500; i++) {
    server.onmessage({ data: i });
    clock.advance(50);
  }
  clock.advance(200);
  assert.deepEqual(
    said(heard),
    Array.from({ length: 500 }, (_, i) => i),
  );
  const took = heard.map(({ at }, i) => at - from - 50 * i).sort((a, b) => a - b);
  assert.ok(took[0] >= 60 && took[0] < 61 && took[499] <= 90 && took[499] > 89);
  assert.ok(Math.abs(took[250] - 75) < 2, `${took[250]}`);
});

test("what is close together arrives in order, too, however much it varies", () => {
  const { clock, opened } = setUp({ delayMs: 75, jitterMs: 75, lossPercent: 10 });
  const { socket, heard, server } = opened();
  for (let i = 0; i < 300; i++) {
    server.onmessage({ data: i });
    socket.send(String(i));
    clock.advance(3);
  }
  clock.advance(60_000);
  const all = Array.from({ length: 300 }, (_, i) => i);
  assert.deepEqual(said(heard), all);
  assert.deepEqual(server.got, all.map(String));
});

test("a loss holds up what is lost and all behind it for a round trip and a little, and nothing is gone", () => {
  // One for the delay and one for the loss of each segment, each way with its own.
  let lost = false;
  let drawn = 0;
  const random = () => (drawn++ % 2 === 0 ? 0.5 : lost ? 0 : 0.99);
  const { clock, conditions, opened } = setUp({ delayMs: 50, lossPercent: 1, random });
  const { heard, server } = opened();
  const from = clock.now();
  lost = true;
  server.onmessage({ data: 0 });
  lost = false;
  for (let i = 1; i < 20; i++) {
    clock.advance(10);
    server.onmessage({ data: i });
  }
  clock.advance(5000);
  assert.equal(conditions.stats.down.stalls > 0, true);
  assert.equal(heard.length, 20);
  const first = heard[0].at - from;
  assert.ok(first >= 50 + 100 + 20, `${first}`);
  assert.ok(heard.every(({ at }) => at - from >= first));
});

test("of so many segments that are lost, about as many hold something up", () => {
  const { clock, conditions, opened } = setUp({ delayMs: 20, lossPercent: 2 });
  const { server } = opened();
  const before = conditions.stats.down.stalls;
  for (let i = 0; i < 5000; i++) {
    server.onmessage({ data: new ArrayBuffer(100) });
    clock.advance(16);
  }
  const stalls = conditions.stats.down.stalls - before;
  assert.ok(stalls > 70 && stalls < 130, `${stalls}`);
});

test("the same seed has the same fate for the same messages, another one another", () => {
  const fate = (/** @type {number} */ seed) => {
    const { clock, opened } = setUp({ delayMs: 75, jitterMs: 15, lossPercent: 5, seed });
    const { heard, server } = opened();
    for (let i = 0; i < 100; i++) {
      server.onmessage({ data: i });
      clock.advance(16);
    }
    clock.advance(10_000);
    return heard.map(({ at }) => at);
  };
  assert.deepEqual(fate(3), fate(3));
  assert.notDeepEqual(fate(3), fate(4));
});

test("a narrow line passes what it can, and says what waits", () => {
  const { clock, conditions, opened } = setUp({ kbps: 80, delayMs: 10 });
  const { socket, heard, server } = opened();
  // 80 kbit/s are 10 bytes in a millisecond; headers take 46.
  for (let i = 0; i < 10; i++) socket.send(new Uint8Array(954));
  assert.equal(socket.bufferedAmount, 9540);
  clock.advance(500);
  assert.equal(socket.bufferedAmount, 954 * 5);
  assert.equal(server.got.length, 4, "the fifth is under way");
  clock.advance(510);
  assert.equal(server.got.length, 10);
  assert.equal(socket.bufferedAmount, 0);

  const from = clock.now();
  server.onmessage({ data: new ArrayBuffer(954) });
  server.onmessage({ data: new ArrayBuffer(954) });
  clock.advance(1000);
  assert.deepEqual(
    heard.map(({ at }) => Math.round(at - from)),
    [110, 210],
  );
  assert.equal(conditions.stats.up.bytes >= 9540, true);
});

test("all connections share a narrow line", () => {
  const { clock, opened } = setUp({ kbps: 80 });
  const [one, two] = [opened(), opened()];
  one.socket.send(new Uint8Array(954));
  two.socket.send(new Uint8Array(954));
  clock.advance(150);
  assert.deepEqual([one.server.got.length, two.server.got.length], [1, 0]);
  assert.deepEqual([one.socket.bufferedAmount, two.socket.bufferedAmount], [0, 954]);
  clock.advance(50);
  assert.equal(two.server.got.length, 1);
});

test("a line that is made wider takes what waits for it along", () => {
  const { clock, conditions, opened } = setUp({ kbps: 80 });
  const { socket, server } = opened();
  for (let i = 0; i < 100; i++) socket.send(new Uint8Array(954));
  clock.advance(1000);
  assert.equal(server.got.length, 10);
  conditions.set({ kbps: 0 });
  clock.advance(0);
  assert.equal(server.got.length, 100);
});

test("a connection that says more than may wait is lost", () => {
  const { clock, conditions, opened } = setUp({ kbps: 8, queueBytes: 4096 });
  const { socket, heard, server } = opened();
  for (let i = 0; i < 10; i++) socket.send(new Uint8Array(500));
  clock.advance(0);
  assert.deepEqual(
    heard.map(({ type, code }) => [type, code]),
    [
      ["error", undefined],
      ["close", 1006],
    ],
  );
  assert.notEqual(server.closed, null);
  assert.equal(conditions.stats.overflows, 1);
  assert.equal(conditions.stats.up.waitingBytes, 0);
});

test("what is changed counts for what is said from then on, and never overtakes", () => {
  const { clock, conditions, opened } = setUp({ delayMs: 200 });
  const { heard, server } = opened();
  server.onmessage({ data: "slow" });
  conditions.set({ delayMs: 0 });
  clock.advance(10);
  server.onmessage({ data: "quick" });
  clock.advance(189);
  assert.deepEqual(heard, []);
  clock.advance(1);
  assert.deepEqual(said(heard), ["slow", "quick"]);
});

test("a frozen line holds everything both ways, then lets it go at once and in order", () => {
  const { clock, conditions, opened } = setUp({ delayMs: 50 });
  const { socket, heard, server } = opened();
  server.onmessage({ data: 1 });
  clock.advance(20);
  conditions.freeze(1000);
  for (let i = 2; i < 10; i++) {
    server.onmessage({ data: i });
    socket.send(String(i));
    clock.advance(100);
  }
  assert.deepEqual([heard.length, server.got.length], [0, 0]);
  assert.equal(socket.bufferedAmount, 8, "and what is sent does not even leave");
  clock.advance(250);
  assert.deepEqual(said(heard), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(server.got.length, 8);
});

test("an end is heard after what was said before it, with its code", () => {
  const { clock, opened } = setUp({ delayMs: 60 });
  const { socket, heard, server } = opened();
  server.onmessage({ data: "last words" });
  server.readyState = 3;
  server.onclose({ code: 4503, reason: "draining", wasClean: true });
  clock.advance(59);
  assert.equal(socket.readyState, 1, "it cannot know yet");
  socket.send("nobody hears this");
  clock.advance(1);
  assert.deepEqual(
    heard.map(({ type, data, code }) => data ?? `${type} ${code}`),
    ["last words", "close 4503"],
  );
  assert.equal(socket.readyState, 3);
  clock.advance(1000);
  assert.deepEqual(server.got, []);
});

test("closing sends what was sent before, and is over when the other side says so", () => {
  const { clock, opened } = setUp({ delayMs: 60 });
  const { socket, heard, server } = opened();
  socket.send("bye");
  socket.close(1000, "done");
  assert.equal(socket.readyState, 2);
  socket.send("too late");
  server.onmessage({ data: "unheard" });
  assert.throws(() => socket.close(1005), { name: "InvalidAccessError" });
  clock.advance(60);
  assert.deepEqual(server.got, ["bye"]);
  assert.deepEqual(server.closed, [1000, "done"]);
  server.onclose({ code: 1000, reason: "done", wasClean: true });
  clock.advance(60);
  assert.deepEqual(
    heard.map(({ type, code }) => [type, code]),
    [["close", 1000]],
  );
});

test("a cut ends every connection at once, loses what is under way, and lets none begin for as long as it lasts", () => {
  const { clock, conditions, dial, opened } = setUp({ delayMs: 50 });
  const { socket, heard, server } = opened();
  socket.send("lost");
  server.onmessage({ data: "lost" });
  conditions.cut(5000);
  clock.advance(0);
  assert.deepEqual(
    heard.map(({ type, code }) => [type, code]),
    [
      ["error", undefined],
      ["close", 1006],
    ],
  );
  clock.advance(1000);
  assert.deepEqual(server.got, []);
  assert.equal(conditions.stats.connections, 0);

  const early = dial();
  clock.advance(0);
  assert.equal(early.heard.at(-1)?.code, 1006);
  clock.advance(4000);
  const late = dial();
  clock.advance(150);
  assert.equal(Server.all.length, 2);
  Server.all[1].open();
  clock.advance(50);
  assert.equal(late.socket.readyState, 1);
});

test("a dial that is refused, given up or cannot be made ends as any other does", () => {
  const { clock, conditions, dial } = setUp({ delayMs: 50 });
  const refused = dial();
  clock.advance(150);
  Server.all[0].onclose({ code: 1006, reason: "", wasClean: false });
  clock.advance(50);
  assert.equal(refused.heard.at(-1)?.code, 1006);

  const given = dial();
  given.socket.close();
  clock.advance(1000);
  assert.deepEqual(
    given.heard.map(({ type }) => type),
    ["error", "close"],
  );
  assert.equal(Server.all.length, 1, "it was never dialled");

  class Forbidden {
    constructor() {
      throw new Error("not from this page");
    }
  }
  const forbidden = new (conditions.wrap(/** @type {any} */ (Forbidden)))("ws://test/");
  let code = 0;
  forbidden.onclose = (/** @type {any} */ event) => {
    code = event.code;
  };
  clock.advance(1000);
  assert.equal(code, 1006);
  assert.throws(() => new (conditions.wrap(/** @type {any} */ (Server)))("ftp://test/"), {
    name: "SyntaxError",
  });
});

test("the wrapped class passes on what a socket is told and asked", () => {
  const { clock, conditions } = setUp();
  const Wrapped = conditions.wrap(/** @type {any} */ (Server));
  assert.deepEqual([Wrapped.CONNECTING, Wrapped.OPEN, Wrapped.CLOSED], [0, 1, 3]);
  const socket = new Wrapped("ws://test/ws", "chat");
  socket.binaryType = "arraybuffer";
  clock.advance(1);
  assert.equal(Server.all[0].binaryType, "arraybuffer");
  assert.equal(socket.protocol, "chat");
  assert.equal(socket.CLOSING, 2);
});

test("what a handler throws does not keep the rest from arriving", () => {
  const { clock, opened } = setUp({ delayMs: 10 });
  const { socket, server } = opened();
  /** @type {any[]} */
  const got = [];
  socket.onmessage = (/** @type {any} */ { data }) => {
    got.push(data);
    if (data === 1) throw new Error("handler");
  };
  server.onmessage({ data: 1 });
  server.onmessage({ data: 2 });
  assert.throws(() => clock.advance(10), /handler/);
  clock.advance(0);
  assert.deepEqual(got, [1, 2]);
});

/** A server that answers requests in parts. @param {import("../src/conditions.js").ConditionsOptions} line */
function withFetch(line) {
  const { clock, conditions } = setUp(line);
  /** @type {{init: any, at: number}[]} */
  const asked = [];
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  let body = /** @type {any} */ (null);
  const fetch = conditions.wrapFetch(async (_url, init) => {
    asked.push({ init, at: clock.now() });
    const stream = new ReadableStream({
      start(controller) {
        body = controller;
        init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
      },
    });
    return new Response(stream, { status: 201, headers: { "X-Is": "kept" } });
  });
  return { clock, conditions, asked, fetch, body: () => body };
}

/** Lets promises settle, and the clock go on between. @param {FakeClock} clock @param {number} ms */
async function pass(clock, ms) {
  for (let i = 0; i < ms; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1);
  }
  await new Promise((resolve) => setImmediate(resolve));
}

test("a request takes its time, and its answer comes in its parts, each late", async () => {
  const { clock, asked, fetch, body } = withFetch({ delayMs: 30 });
  const from = clock.now();
  const answering = fetch("http://test/", { method: "POST", body: "hello" });
  await pass(clock, 70);
  assert.equal(asked[0].at - from, 30);
  assert.equal(asked[0].init.method, "POST");
  const answer = await answering;
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get("X-Is"), "kept");
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  let first = 0;
  const reading = reader.read().then((part) => {
    first = clock.now();
    return part;
  });
  const said = clock.now();
  body().enqueue(new Uint8Array([1]));
  await pass(clock, 5);
  body().enqueue(new Uint8Array([2]));
  await pass(clock, 60);
  assert.ok(first - said >= 30 && first - said <= 32, `${first - said}`);
  assert.deepEqual([...((await reading).value ?? [])], [1]);
  assert.deepEqual([...((await reader.read()).value ?? [])], [2]);
  body().close();
  const end = reader.read();
  await pass(clock, 40);
  assert.equal((await end).done, true);
});

test("a cut fails requests wherever they are, and those that are made meanwhile", async () => {
  const { clock, conditions, asked, fetch } = withFetch({ delayMs: 30 });
  const reading = fetch("http://test/").then((answer) => answer.text());
  const read = assert.rejects(reading, TypeError);
  await pass(clock, 100);
  const waiting = fetch("http://test/");
  const waited = assert.rejects(waiting, TypeError);
  await pass(clock, 10);
  conditions.cut(100);
  await read;
  await waited;
  assert.equal(asked.length, 1);
  await assert.rejects(fetch("http://test/"), TypeError);
  assert.equal(conditions.stats.connections, 0);
});

test("a request that is aborted is, with what it was aborted for", async () => {
  const { clock, asked, fetch } = withFetch({ delayMs: 30 });
  const abort = new AbortController();
  const asking = fetch("http://test/", { signal: abort.signal });
  const failed = assert.rejects(asking, /enough/);
  await pass(clock, 10);
  abort.abort(new Error("enough"));
  await failed;
  await pass(clock, 100);
  assert.equal(asked.length, 0);
});

test("a page's address says what line it wants", () => {
  const parse = Conditions.parse;
  assert.equal(parse(null), null);
  assert.equal(parse(""), null);
  const good = { delayMs: 75, jitterMs: 15, lossPercent: 1, kbps: 0 };
  assert.deepEqual(parse("150,30,1"), good);
  assert.deepEqual(parse("150, 30, 1, 256"), { ...good, kbps: 256 });
  assert.deepEqual(parse("150,30,1,kbps=256"), { ...good, kbps: 256 });
  assert.deepEqual(parse("150,loss=1,jitter=30"), good);
  assert.deepEqual(parse("40"), { delayMs: 20, jitterMs: 0, lossPercent: 0, kbps: 0 });
  for (const bad of ["x", "-1", "150;30", "1,2,3,4,5", "99999", "150,30,99", "1e3", "NaN"]) {
    assert.throws(() => parse(bad), RangeError, bad);
  }
  for (const bad of ["loss=1,30", "150,rtt=150", "speed=1", "rtt=40,40", "kbps=5x", "4g"]) {
    assert.throws(() => parse(bad), RangeError, bad);
  }
});

test("a line that cannot be is refused, and what is changed is the rest as it was", () => {
  for (const bad of [{ delayMs: -1 }, { lossPercent: 51 }, { kbps: Number.NaN }, { speed: 1 }]) {
    assert.throws(() => new Conditions(/** @type {any} */ (bad)), RangeError);
  }
  const conditions = new Conditions({ delayMs: 10, kbps: 100 });
  conditions.set({ delayMs: 20 });
  assert.deepEqual([conditions.options.delayMs, conditions.options.kbps], [20, 100]);
  assert.throws(() => conditions.set({ delayMs: -1 }), RangeError);
  assert.throws(() => conditions.freeze(-1), RangeError);
  assert.equal(conditions.options.delayMs, 20);
});
