import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../src/index.js";
import { harness, settled } from "./support/harness.js";

/** The auth element of the newest hello. @param {ReturnType<typeof harness>} it */
const auth = (it) => it.socket.last(1)[4];

/** A function that gives token-1, token-2, ... */
function wallet() {
  let given = 0;
  return async () => ["jwt", `token-${++given}`];
}

/** @param {any} [is] */
async function connected(is = {}) {
  const it = harness({ auth: wallet(), manual: true, ...is });
  assert.equal(it.net.status.state, "connecting");
  assert.equal(it.sockets.length, 0, "no dial before there are credentials");
  await settled();
  it.accept();
  return it;
}

test("credentials are a guest's, those given, or what a function gives", async () => {
  assert.deepEqual(auth(harness()), ["guest", "Ada"]);
  assert.deepEqual(auth(harness({ auth: ["jwt", "x"] })), ["jwt", "x"]);
  assert.deepEqual(auth(await connected({ auth: () => ["jwt", "y"] })), ["jwt", "y"]);
  assert.deepEqual(auth(await connected()), ["jwt", "token-1"]);
});

test("a function is asked anew for each hello", async () => {
  const it = await connected();
  it.socket.end(1006);
  await settled();
  it.accept({ resumed: true });
  assert.deepEqual(auth(it), ["jwt", "token-2"]);
});

test("when they have expired, newer ones are fetched and the session is resumed", async () => {
  const it = await connected();
  it.socket.end(4400);
  await settled();
  it.socket.open();
  assert.deepEqual(it.socket.last(1).slice(4), [
    ["jwt", "token-2"],
    ["token-1", 0],
  ]);
  it.socket.welcome({ resumed: true, expires: 1_800_000_000_000 });
  assert.equal(it.net.status.state, "open");
  assert.equal(it.net.expires, 1_800_000_000_000);
});

test("expired at the first hello, newer ones are fetched, with growing waits", async () => {
  const it = harness({ auth: wallet(), manual: true });
  for (let n = 1; n <= 3; n++) {
    await settled();
    it.socket.open();
    assert.deepEqual(auth(it), ["jwt", `token-${n}`]);
    it.socket.end(4400);
    assert.equal(it.net.status.attempt, n);
    it.clock.advance(5000);
  }
});

test("who has none to renew is out when they expire", () => {
  const it = harness({ auth: ["jwt", "x"] });
  it.socket.end(4400);
  const { state, code, name, retry } = it.net.status;
  assert.deepEqual([state, code, name, retry], ["closed", 4400, "auth-expired", "renew"]);
});

test("they are renewed when the server asks, one request at a time", async () => {
  const it = await connected();
  it.socket.event(1, "session", "renew", { within: 60000 });
  it.socket.event(2, "session", "renew", { within: 59000 });
  await settled();
  const asked = it.socket.ofKind(2);
  assert.equal(asked.length, 1);
  assert.deepEqual(asked[0].slice(2), ["session", "renew", { auth: ["jwt", "token-2"] }]);
  it.socket.reply({ expires: 1_800_000_000_000 });
  await settled();
  assert.equal(it.net.expires, 1_800_000_000_000);
  it.socket.event(3, "session", "renew", { within: 60000 });
  await settled();
  assert.deepEqual(it.socket.last(2)[4], { auth: ["jwt", "token-3"] });
});

test("a guest is not bothered when the server asks", async () => {
  const it = harness();
  it.socket.event(1, "session", "renew", { within: 60000 });
  await settled();
  assert.equal(it.socket.ofKind(2).length, 0);
  assert.deepEqual(it.errors, []);
});

test("a renewal that is refused is an error; one that a drop cut off is not", async () => {
  const it = await connected();
  it.socket.event(1, "session", "renew", { within: 60000 });
  await settled();
  it.socket.reply(null, ["unauthorized", "", "no"]);
  await settled();
  assert.deepEqual(
    it.errors.map((e) => /** @type {any} */ (e).code),
    ["unauthorized"],
  );
  it.socket.event(2, "session", "renew", { within: 60000 });
  await settled();
  it.socket.end(1006);
  await settled();
  assert.equal(it.errors.length, 1);
});

for (const [name, broken] of /** @type {[string, () => any][]} */ ([
  [
    "throws",
    () => {
      throw new Error("no issuer");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no issuer"))],
  ["gives no credentials", () => "jwt secret"],
  ["gives numbers", async () => ["jwt", 7]],
  ["gives nothing", async () => []],
])) {
  test(`a function that ${name} is a dial that failed, and is asked again`, async () => {
    let fails = true;
    const it = harness({ auth: () => (fails ? broken() : ["jwt", "x"]), manual: true });
    await settled();
    const { state, attempt } = it.net.status;
    assert.deepEqual([state, attempt, it.sockets.length], ["waiting", 1, 0]);
    assert.equal(it.errors.length, 1);
    assert.doesNotMatch(String(it.errors[0]), /secret/);
    fails = false;
    it.clock.advance(5000);
    await settled();
    it.accept();
    assert.equal(it.net.status.state, "open");
  });
}

test("a client that is closed while it waits for credentials does not dial", async () => {
  const it = harness({ auth: wallet(), manual: true });
  it.net.close();
  await settled();
  assert.equal(it.sockets.length, 0);
  assert.equal(it.net.status.state, "closed");
  await assert.rejects(it.net.ready, { code: 1000 });
});

test("a slow function is waited for, and asked once", async () => {
  let asked = 0;
  /** @type {(auth: string[]) => void} */
  let give = () => {};
  const slow = () => {
    asked++;
    return new Promise((resolve) => {
      give = resolve;
    });
  };
  const it = harness({ auth: slow, manual: true });
  it.clock.advance(60_000);
  await settled();
  assert.deepEqual([asked, it.net.status.state], [1, "connecting"]);
  give(["jwt", "x"]);
  await settled();
  it.accept();
  assert.equal(it.net.status.state, "open");
});

test("what are no credentials is refused at once", () => {
  for (const auth of ["jwt", [], ["a", 1], ["a", "b", "c", "d", "e"], { jwt: "x" }]) {
    const options = /** @type {any} */ ({ url: "ws://test/ws", WebSocket: class {}, auth });
    assert.throws(() => connect(options), TypeError);
  }
});
