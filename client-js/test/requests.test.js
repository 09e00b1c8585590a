import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestError } from "../src/index.js";
import { harness } from "./support/harness.js";

const REQUEST = 2;

test("a request gets its reply, whatever order replies come in", async () => {
  const it = harness();
  const a = it.net.request("lobby", "list");
  const b = it.net.request("game", "buy", { id: 3 });
  const [first, second] = it.socket.ofKind(REQUEST);
  assert.deepEqual(first.slice(2), ["lobby", "list", null]);
  assert.deepEqual(second.slice(2), ["game", "buy", { id: 3 }]);
  it.socket.push(17, second[1], null, "b");
  it.socket.push(17, first[1], null, "a");
  assert.deepEqual([await a, await b], ["a", "b"]);
});

test("a refusal has the server's code, field and message", async () => {
  const it = harness();
  const asked = it.net.request("lobby", "create", {});
  it.socket.reply(null, ["bad-payload", "game", "is missing"]);
  await assert.rejects(asked, (e) => {
    assert.ok(e instanceof RequestError);
    assert.deepEqual([e.code, e.field, e.message], ["bad-payload", "game", "is missing"]);
    return true;
  });
});

test("without a reply it fails in its time, and a late reply harms nobody", async () => {
  const it = harness({ manual: true });
  it.accept({ pingEvery: 10_000 });
  const asked = it.net.request("a", "b", null, { timeout: 300 });
  const usual = it.net.request("a", "b");
  it.clock.advance(299);
  it.clock.advance(1);
  await assert.rejects(asked, { code: "timeout" });
  it.socket.push(17, it.socket.ofKind(REQUEST)[0][1], null, 1);
  it.clock.advance(4699);
  it.clock.advance(1);
  await assert.rejects(usual, { code: "timeout" });
  assert.equal(it.net.stats.malformed, 0);
});

test("when the connection ends, all that wait are refused at once, and their timers are gone", async () => {
  const it = harness();
  const asked = [it.net.request("a", "b"), it.net.request("a", "c")];
  it.net.close();
  for (const a of asked) await assert.rejects(a, { code: "dropped" });
  assert.equal(it.clock.pending, 0);
});

test("a reply on a new socket does not answer a request of the old one", async () => {
  const it = harness();
  const asked = it.net.request("a", "b");
  const id = it.socket.last(REQUEST)[1];
  it.net.cut();
  await assert.rejects(asked, { code: "dropped" });
  it.accept({ resumed: true });
  const again = it.net.request("a", "b");
  assert.notEqual(it.socket.last(REQUEST)[1], id);
  it.socket.push(17, id, null, "old");
  it.socket.reply("new");
  assert.equal(await again, "new");
});

test("without a connection it is refused at once", async () => {
  const it = harness({ manual: true });
  await assert.rejects(it.net.request("a", "b"), { code: "dropped" });
});

test("what cannot be encoded, or is over the limit, is refused here", async () => {
  const it = harness({ manual: true });
  it.accept({ maxFrame: 5000 });
  await assert.rejects(it.net.request("a", "b", { fn: () => {} }), { code: "bad-payload" });
  await assert.rejects(it.net.request("a", "b", { text: "x".repeat(5000) }), {
    code: "bad-payload",
    message: /5000 bytes/,
  });
  /** @type {any} */
  const ring = {};
  ring.ring = ring;
  await assert.rejects(it.net.request("a", "b", ring), { code: "bad-payload" });
  assert.equal(it.socket.ofKind(REQUEST).length, 0);
});

test("the number of requests that wait is bounded", async () => {
  const it = harness();
  const asked = Array.from({ length: 256 }, () => it.net.request("a", "b"));
  await assert.rejects(it.net.request("a", "b"), { code: "too-many" });
  const all = Promise.allSettled(asked);
  it.net.close();
  assert.ok((await all).every((r) => r.status === "rejected"));
});
