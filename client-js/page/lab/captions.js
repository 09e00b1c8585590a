import { el, setText } from "../dom.js";
import { seconds } from "./line-state.js";

/**
 * What the screen of A shows now, in plain words.
 * @param {any} modes
 * @param {{state: import("./line-state.js").State, rtt: number, dialsInMs: number, silentMs: number, rewind: boolean, codec: string}} at
 */
export function captionOf(modes, { state, rtt, dialsInMs, silentMs, rewind, codec }) {
  const ping = `${Math.round(rtt)} ms`;
  switch (state) {
    case "lost":
      return `The line is cut. The server keeps A's seat, the ship drifts; A's screen stands, and dials again in ${seconds(dialsInMs)}. Waits grow with each failure and are random, so that a crowd does not come back at once.`;
    case "dialling":
      return "A dials: a handshake, and a hello with its resume token, take three round trips. The server keeps A's seat, the ship drifts.";
    case "resuming":
      return "The server knows A again. What was said meanwhile is told again, in order, and the whole state of the match is on its way.";
    case "silent":
      return `Nothing has come for ${seconds(silentMs)}, and the line may yet be good. A's own ship obeys A's screen alone; the others are carried on for a moment and then stand.`;
    case "between":
      return "A is connected and in no match: the next round follows.";
    case "over":
      return "The session is over: the server gave A's seat away. Load the page anew.";
  }
  if (!modes.prediction && !modes.interpolation)
    return `Raw snapshots. Every key waits ${ping} for an answer, and all ships stutter as the network does.`;
  if (!modes.prediction)
    return `Without prediction your ship answers only after the server has: ${ping}, and the buffer on top. Steer, and feel it.`;
  if (!modes.reconciliation)
    return "Prediction without reconciliation: A's screen believes itself. After the first surprise (a hit, a wreck, a late input) its ship is not where the server has it, and never gets back.";
  if (!modes.interpolation)
    return "Without interpolation the others are drawn where the newest snapshot has them: as even as the network, which is not at all.";
  if (!modes.smoothing)
    return "Without smoothing every correction is a jump. Bump into somebody to see one.";
  if (!rewind)
    return `Without lag compensation A must aim ahead of what A sees: B is not there any more. Let A hunt B and watch the hits.`;
  if (codec === "mp")
    return "Snapshots as msgpack, which any debugger reads. Compare the bytes: packed says the same in fewer, and the more ships, the fewer.";
  return `All on. A steers at once at ${ping} ping: the screen is ahead of the server by what its inputs take to get there, and right when they do.`;
}

const rows = [
  ["press", "Key press to picture"],
  ["gap", "A's ship against the server"],
  ["age", "B on A's screen"],
  ["hits", "Shots of A, hits on B"],
];

/** The few numbers that the words are about. */
export class Facts {
  #cells = new Map();
  #caption;
  #gap = null;
  #at = 0;

  /** @param {HTMLElement} caption @param {HTMLElement} list a dl, to be filled */
  constructor(caption, list) {
    this.#caption = caption;
    for (const [name, label] of rows) {
      const cell = el("dd", { text: "…", data: { fact: name } });
      this.#cells.set(name, cell);
      list.append(el("div", {}, el("dt", { text: label }), cell));
    }
  }

  /** @param {number} now ms @param {string} caption @param {{press: number, gap: number, age: number, fired: number, hits: number}} facts */
  update(now, caption, { press, gap, age, fired, hits }) {
    if (Number.isFinite(gap))
      this.#gap = this.#gap === null ? gap : this.#gap + (gap - this.#gap) * 0.1;
    if (now - this.#at < 250) return;
    this.#at = now;
    setText(this.#caption, caption);
    setText(
      this.#cells.get("press"),
      Number.isFinite(press) ? `${Math.round(press)} ms` : "no answer",
    );
    setText(this.#cells.get("gap"), gapWords(this.#gap));
    setText(this.#cells.get("age"), Number.isFinite(age) ? `${Math.round(age)} ms ago` : "…");
    setText(this.#cells.get("hits"), fired > 0 ? `${fired}, ${hits}` : "none yet");
  }
}

/** @param {number | null} gap units; below 0 is behind */
export function gapWords(gap) {
  if (gap === null || !Number.isFinite(gap)) return "…";
  const units = Math.round(Math.abs(gap));
  return units < 2 ? "in step" : `${units} units ${gap < 0 ? "behind" : "ahead"}`;
}
