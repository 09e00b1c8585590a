import { el, setText } from "../dom.js";

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
