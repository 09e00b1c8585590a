import { el } from "../dom.js";

/**
 * The client code that makes the screen of A as it is set: `[line, lit]`, lit for what the toggles change.
 * @param {any} modes @param {string} codec
 */
export function codeOf(modes, codec) {
  const codecs = codec === "mp" ? '["mp"]' : '["packed", "mp"]';
  const lines = [
    ['import { connect, loadStep } from "/client.mjs";', false],
    ["", false],
    [`const net = connect({ url, resume: "tab", codecs: ${codecs} });`, codec === "mp"],
    ['await net.lobby.create({ game: "arena" });', false],
    ["await net.lobby.start();", false],
    ["const { room } = net;", false],
  ];
  if (modes.prediction) {
    lines.push(
      ['const step = await loadStep("arena-step.wasm");  // the server\'s own Go', true],
      [
        `const me = room.predict({ table: "ships", row: myShip, step${modes.smoothing ? "" : ", smoothMs: 0"} });`,
        true,
      ],
    );
  }
  lines.push(["", false], ["requestAnimationFrame(function frame(now) {", false]);
  if (modes.prediction) {
    lines.push([
      "  me.advance(now, () => keys());       // sends, and moves my ship at once",
      true,
    ]);
    lines.push(
      modes.reconciliation
        ? ["  draw(me.view(now));                  // checked against every snapshot", true]
        : ["  draw(aCopyThatNobodyCorrects);       // the lab's own: do not", true],
    );
  } else lines.push(["  room.input(keys());", true]);
  lines.push(
    modes.interpolation
      ? ["  room.view(now).ships.forEach(draw);  // between two snapshots", true]
      : ["  room.state.tables.ships.forEach(draw);  // the newest snapshot", true],
    ["  requestAnimationFrame(frame);", false],
    ["});", false],
  );
  return lines;
}

/** @param {HTMLElement} code @param {any} modes @param {string} codec */
export function showCode(code, modes, codec) {
  code.replaceChildren(
    ...codeOf(modes, codec).map(([line, lit]) =>
      el("span", { class: lit ? "lit" : "", text: `${line}\n` }),
    ),
  );
}
