import { connect } from "./deltatick.mjs";

export async function chat(options, code, show) {
  const net = connect({ ...options, resume: "tab" });
  net.on("status", ({ state, recovered }) => {
    if (state === "open") show(recovered ? "back, with nothing missed" : "connected");
    if (state === "waiting") show("reconnecting");
  });
  net.on("notice", ({ code, name }) => show(`${name} was refused: ${code}`));
  await net.ready;
  net.lobby.chat.on("message", ({ name, text }) => show(`${name}: ${text}`));
  net.lobby.chat.on("joined", ({ name }) => show(`${name} came`));
  net.lobby.chat.on("left", ({ name }) => show(`${name} went`));
  const lobby = code
    ? await net.lobby.join({ code })
    : await net.lobby.create({ game: "arena", private: true });
  await net.lobby.chat.say("hello"); // resolves when the server has it, or rejects with a code
  return { net, code: lobby.code };
}
