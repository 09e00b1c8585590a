import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../src/decode.js";
import { encode } from "../src/encode.js";
import { connect } from "../src/index.js";
import { parts } from "../src/parts.js";

// In a file of its own, since what is loaded later is loaded for all that follows.

test("lobby and presence can be listened to before they are loaded, by whoever keeps what stands for them", async () => {
  /** @type {any} */
  let socket;
  /** @type {(frame: any[]) => void} */
  let sent = () => {};
  class Dialled {
    constructor() {
      socket = this;
    }
    /** @param {Uint8Array} bytes */
    send(bytes) {
      sent(decode(bytes));
    }
    close() {}
  }
  const next = () =>
    new Promise((resolve) => {
      sent = resolve;
    });
  const push = (/** @type {any[]} */ ...frame) =>
    socket.onmessage({ data: encode(frame).slice().buffer });

  const net = connect({
    url: "ws://test/ws",
    WebSocket: Dialled,
    transports: ["ws"],
    setTimeout: () => 0,
  });
  assert.equal(parts.social, undefined, "it is loaded later");
  const { lobby, presence } = net;
  /** @type {any[]} */
  const heard = [];
  lobby.on("state", (state) => heard.push(["state", state?.id]));
  lobby.chat.on("message", ({ text }) => heard.push(["message", text]));
  presence.on("presence", ({ state }) => heard.push(["presence", state]));
  lobby.on("state", () => heard.push("one that was taken off"))();
  lobby.chat.typing();
  assert.deepEqual([lobby.state, lobby.chat.messages, presence.states.size], [null, [], 0]);
  await assert.rejects(lobby.create({ game: "arena" }), { code: "dropped" });
  await assert.rejects(presence.watch(["u2"]), { code: "dropped" });

  const hello = next();
  socket.onopen();
  assert.equal((await hello)[0], 1);
  push(16, 1, "s1", "u1", "Ada", "token", false, "packed", 500, 60000, 16384, 0, "test", 0, 0);
  await net.ready;
  assert.notEqual(net.lobby, lobby);
  push(18, 1, "lobby", "state", { id: "l1", rev: 1 }, 0);
  push(18, 2, "chat", "message", { id: 1, user: "u2", name: "Bo", text: "hi", at: 1 }, 0);
  push(18, 3, "presence", "presence", { user: "u2", state: "online", since: 1 }, 0);
  assert.deepEqual(heard, [
    ["state", "l1"],
    ["message", "hi"],
    ["presence", "online"],
  ]);
  assert.equal(lobby.state, net.lobby.state);
  assert.equal(lobby.chat.messages, net.lobby.chat.messages);
  const asked = next();
  const left = lobby.leave();
  const [, id, channel, name] = await asked;
  assert.deepEqual([channel, name], ["lobby", "leave"]);
  push(17, id, null, null);
  await left;
  assert.equal(lobby.state, null);
  net.close();
});
