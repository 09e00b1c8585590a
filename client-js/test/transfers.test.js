import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "../src/crc32.js";
import { RequestError } from "../src/index.js";
import { Pace } from "../src/pace.js";
import { harness, settled } from "./support/harness.js";

const UPLOAD = 10;
const UPLOAD_CHUNK = 11;
const DOWNLOAD_PROGRESS = 12;
const DOWNLOAD = 23;
const DOWNLOAD_CHUNK = 24;
const UPLOAD_PROGRESS = 25;
const WINDOW = 64 << 10;

/** @param {number} n */
const bytes = (n) => Uint8Array.from({ length: n }, (_, i) => (i * i) >> 3);

test("the sum is the CRC-32 of everybody else", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  const all = bytes(1000);
  assert.equal(crc32(all.subarray(300), crc32(all.subarray(0, 300))), crc32(all));
});

/** Takes all chunks that come, each after so many ms, until the client sends none. @param {any} it @param {any} has */
function take(it, has, ms = 20) {
  for (;;) {
    const chunks = it.socket.ofKind(UPLOAD_CHUNK).slice(has.chunks);
    if (chunks.length === 0) return;
    for (const [, id, offset, sum, data] of chunks) {
      has.chunks++;
      assert.equal(offset, has.got.length);
      assert.ok(data.length >= 256 || offset + data.length === has.size);
      has.got = Uint8Array.from([...has.got, ...data]);
      assert.equal(sum, crc32(has.got));
      it.clock.advance(ms);
      const done = has.got.length === has.size;
      const limit = Math.min(has.got.length + WINDOW, has.size);
      it.socket.push(UPLOAD_PROGRESS, id, has.got.length, limit, done, null);
      if (has.stopAt <= has.got.length) return;
    }
    it.clock.advance(ms);
  }
}

/** @param {number} size */
const receiver = (size) => ({ size, got: new Uint8Array(), chunks: 0, stopAt: Infinity });

test("an upload arrives whole, with its progress told", async () => {
  const it = harness();
  const data = bytes(20_000);
  /** @type {number[]} */
  const told = [];
  const over = it.net.upload("album", "picture", new Blob([data], { type: "image/png" }), {
    onProgress: (taken) => told.push(taken),
  });
  await settled();
  await settled();
  const [offer] = it.socket.ofKind(UPLOAD);
  assert.deepEqual(offer, [UPLOAD, offer[1], "album", "picture", 20_000, "image/png"]);
  assert.deepEqual(it.socket.ofKind(UPLOAD_CHUNK), []);
  const has = receiver(20_000);
  it.socket.push(UPLOAD_PROGRESS, offer[1], 0, 20_000, false, null);
  take(it, has);
  await over;
  assert.deepEqual(has.got, data);
  assert.ok(told.every((taken, i) => i === 0 || taken > told[i - 1]));
  assert.equal(told.at(-1), 20_000);
  it.net.close();
});

test("an upload goes on after a drop with the byte that the server lacks", async () => {
  const it = harness();
  const data = bytes(30_000);
  const over = it.net.upload("a", "b", data);
  await settled();
  const id = it.socket.last(UPLOAD)[1];
  const has = receiver(30_000);
  it.socket.push(UPLOAD_PROGRESS, id, 0, 30_000, false, null);
  has.stopAt = 10_000;
  take(it, has);
  it.net.cut();
  it.accept({ resumed: true, token: "token-2" });
  assert.deepEqual(it.socket.ofKind(UPLOAD), [[UPLOAD, id, "a", "b", 30_000, ""]]);
  assert.deepEqual(it.socket.ofKind(UPLOAD_CHUNK), []);
  has.chunks = 0;
  has.stopAt = Infinity;
  it.socket.push(UPLOAD_PROGRESS, id, has.got.length, 30_000, false, null);
  take(it, has);
  await over;
  assert.deepEqual(has.got, data);
  it.net.close();
});

test("an upload fails with what the server says, and when its session or its signal ends", async () => {
  const it = harness({ resume: "off" });
  const refused = it.net.upload("a", "b", bytes(10));
  await settled();
  it.socket.push(UPLOAD_PROGRESS, it.socket.last(UPLOAD)[1], 0, 0, true, ["too-big", "", "no"]);
  await assert.rejects(refused, { name: "RequestError", code: "too-big" });

  const stop = new AbortController();
  const given = it.net.upload("a", "b", bytes(10), { signal: stop.signal });
  await settled();
  stop.abort();
  await assert.rejects(given, { name: "AbortError" });
  assert.deepEqual(it.socket.last(UPLOAD_CHUNK).slice(2), [0, 0, null]);

  const lost = it.net.upload("a", "b", bytes(10));
  await settled();
  it.net.cut();
  it.accept({ session: "s2" });
  await assert.rejects(lost, { code: "dropped" });
  await assert.rejects(it.net.upload("a", "b", bytes(0)), { code: "bad-payload" });
  it.net.close();
  await assert.rejects(it.net.upload("a", "b", bytes(10)), { code: "closed" });
});

/** @param {any} it @param {number} id @param {Uint8Array} data @param {number} from @param {number} to */
function chunk(it, id, data, from, to) {
  it.socket.push(DOWNLOAD_CHUNK, id, from, crc32(data.subarray(0, to)), data.subarray(from, to));
}

test("a download is handed over once it is whole, whatever connections it took", async () => {
  const it = harness();
  const data = bytes(100_000);
  /** @type {any[]} */
  const got = [];
  /** @type {any[]} */
  const told = [];
  const off = await it.net.onDownload("maps", "map", (all, meta) => got.push([all, meta]), {
    onProgress: (taken, size) => told.push([taken, size]),
  });
  it.socket.push(DOWNLOAD, 1, "maps", "map", 100_000, "tiles");
  assert.deepEqual(it.socket.last(DOWNLOAD_PROGRESS), [12, 1, 0, WINDOW, false, null]);
  chunk(it, 1, data, 0, 8000);
  assert.deepEqual(it.socket.last(DOWNLOAD_PROGRESS), [12, 1, 8000, WINDOW + 8000, false, null]);
  it.net.cut();
  it.accept({ resumed: true, token: "token-2" });
  it.socket.push(DOWNLOAD, 1, "maps", "map", 100_000, "tiles");
  assert.deepEqual(it.socket.last(DOWNLOAD_PROGRESS), [12, 1, 8000, WINDOW + 8000, false, null]);
  for (let at = 8000; at < 100_000; at += 8000) {
    chunk(it, 1, data, at, Math.min(at + 8000, 100_000));
  }
  await settled();
  assert.deepEqual(it.socket.last(DOWNLOAD_PROGRESS), [12, 1, 100_000, 100_000, true, null]);
  assert.deepEqual(got, [[data, { type: "tiles", size: 100_000 }]]);
  assert.deepEqual(told.at(-1), [100_000, 100_000]);
  // The outcome is said again to a server that missed it.
  it.net.cut();
  it.accept({ resumed: true, token: "token-3" });
  it.socket.push(DOWNLOAD, 1, "maps", "map", 100_000, "tiles");
  assert.deepEqual(it.socket.last(DOWNLOAD_PROGRESS), [12, 1, 100_000, 100_000, true, null]);
  off();
  it.net.close();
});

test("downloads are refused for a reason", async () => {
  const it = harness();
  const data = bytes(1000);
  await it.net.onDownload("maps", "map", () => {}, { limit: 1000 });
  await it.net.onDownload("maps", "unwanted", () => {
    throw new RequestError("full", "", "no");
  });
  await it.net.onDownload("maps", "broken", () => {
    throw new Error("oh");
  });
  /** @param {number} id */
  const outcome = async (id) => {
    await settled();
    const [, about, , , done, error] = it.socket.last(DOWNLOAD_PROGRESS);
    assert.deepEqual([about, done], [id, true]);
    return error[0];
  };
  it.socket.push(DOWNLOAD, 1, "maps", "other", 1, "");
  assert.equal(await outcome(1), "not-found");
  it.socket.push(DOWNLOAD, 2, "maps", "map", 1001, "");
  assert.equal(await outcome(2), "too-big");
  it.socket.push(DOWNLOAD, 3, "maps", "map", 1000, "");
  it.socket.push(DOWNLOAD_CHUNK, 3, 0, 1, data);
  assert.equal(await outcome(3), "corrupt");
  it.socket.push(DOWNLOAD, 4, "maps", "map", 1000, "");
  it.socket.push(DOWNLOAD_CHUNK, 4, 0, 0, null);
  assert.equal(await outcome(4), "cancelled");
  for (const [id, name, code] of /** @type {const} */ ([
    [5, "unwanted", "full"],
    [6, "broken", "internal"],
  ])) {
    it.socket.push(DOWNLOAD, id, "maps", name, 1000, "");
    chunk(it, id, data, 0, 1000);
    assert.equal(await outcome(id), code);
  }
  const before = it.net.stats.malformed;
  it.socket.push(DOWNLOAD, 7, "maps", "map", 1000, "");
  chunk(it, 7, data, 300, 600);
  assert.equal(it.net.stats.malformed, before + 1);
  it.net.close();
});

test("the pace gives way to a queue and comes back", () => {
  const pace = new Pace();
  let now = 0;
  /** @param {number} ms */
  const trip = (ms) => {
    let sent = 0;
    for (;;) {
      const room = pace.room(sent, now);
      if (room === 0 && pace.wait === 0) break;
      now += pace.wait;
      if (room === 0) continue;
      pace.left(room, now);
      sent += room;
    }
    const at = now;
    now += ms;
    pace.took(at, now);
    return sent;
  };
  for (let i = 0; i < 200; i++) trip(20);
  const before = trip(20);
  for (let i = 0; i < 7; i++) trip(60);
  assert.ok(trip(60) < before / 4);
  for (let i = 0; i < 500; i++) trip(20);
  assert.ok(trip(20) > before / 2);
});
