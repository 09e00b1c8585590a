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
    ["const net = connect({", false],
    ['  resume: "tab",', false],
    [`  codecs: ${codecs},`, codec === "mp"],
    ["});", false],
    ["await net.ready;", false],
    ['const room = await net.joinOrCreate("arena");', false],
  ];
  if (modes.prediction) {
    lines.push(
      ["// the server's own Go, as WebAssembly", true],
      ['const step = await loadStep("arena-step.wasm");', true],
      ["const me = room.predict({", true],
      ['  table: "ships", row: myShip, step,', true],
      ...(modes.smoothing ? [] : [["  smoothMs: 0,", true]]),
      ["});", true],
    );
  }
  lines.push(["", false], ["requestAnimationFrame(function frame(now) {", false]);
  if (modes.prediction) {
    lines.push(
      ["  // sends, and moves my ship at once", true],
      ["  me.advance(now, () => keys());", true],
    );
    lines.push(
      ...(modes.reconciliation
        ? [
            ["  // checked against every snapshot", true],
            ["  draw(me.view(now));", true],
          ]
        : [
            ["  // the lab's own: do not", true],
            ["  draw(aCopyThatNobodyCorrects);", true],
          ]),
    );
  } else lines.push(["  room.input(keys());", true]);
  lines.push(
    ...(modes.interpolation
      ? [
          ["  // between two snapshots", true],
          ["  room.view(now).ships.forEach(draw);", true],
        ]
      : [
          ["  // the newest snapshot", true],
          ["  room.state.tables.ships.forEach(draw);", true],
        ]),
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
