import { byId, el, setText } from "../dom.js";
import { GHOSTS, ghostSign } from "./ghosts.js";

/** Lines to choose from, by round trip in milliseconds as `?net=` has it. */
export const PRESETS = [
  { label: "None", line: { rtt: 0, jitter: 0, loss: 0, kbps: 0 } },
  { label: "60 ms", line: { rtt: 60, jitter: 10, loss: 0, kbps: 0 } },
  { label: "150±30, 1 %", line: { rtt: 150, jitter: 30, loss: 1, kbps: 0 } },
  { label: "300±60, 3 %", line: { rtt: 300, jitter: 60, loss: 3, kbps: 0 } },
  { label: "Thin, 150 kb/s", line: { rtt: 120, jitter: 20, loss: 0, kbps: 150 } },
];

const SLIDERS = [
  {
    name: "rtt",
    label: "Round trip",
    title: "From here to the server and back, in milliseconds",
    most: 600,
    step: 10,
    unit: "ms",
  },
  {
    name: "jitter",
    label: "Jitter ±",
    title: "How much earlier or later a message may come",
    most: 200,
    step: 5,
    unit: "ms",
  },
  {
    name: "loss",
    label: "Packet loss",
    title: "Packets that must be sent again, each way; what is behind them waits, as over TCP",
    most: 20,
    step: 0.5,
    unit: "%",
  },
  {
    name: "kbps",
    label: "Bandwidth",
    title:
      "What the line carries each way, in kilobits a second; at the left end as much as you like",
    most: 1000,
    step: 25,
    unit: "kb/s",
  },
];

/** @param {{rtt: number, jitter: number, loss: number, kbps: number}} line of both ways together, as options of Conditions */
export const optionsOf = ({ rtt, jitter, loss, kbps }) => ({
  delayMs: rtt / 2,
  jitterMs: jitter / 2,
  lossPercent: loss,
  kbps,
});

/** Options of Conditions as a line of both ways together. */
export const lineOf = ({ delayMs = 0, jitterMs = 0, lossPercent = 0, kbps = 0 }) => ({
  rtt: delayMs * 2,
  jitter: jitterMs * 2,
  loss: lossPercent,
  kbps,
});

/** A line in a few characters. */
export const lineWords = ({ rtt, jitter, loss, kbps }) =>
  [
    rtt > 0 || jitter > 0 ? `${rtt}±${jitter} ms` : "",
    loss > 0 ? `${loss} % loss` : "",
    kbps > 0 ? `${kbps} kb/s` : "",
  ]
    .filter(Boolean)
    .join(", ") || "as it is";

const TOGGLES = [
  { name: "prediction", code: "KeyP", key: "P", label: "Prediction", note: "own ship at once" },
  {
    name: "reconciliation",
    code: "KeyR",
    key: "R",
    label: "Reconciliation",
    note: "the server corrects it",
  },
  {
    name: "interpolation",
    code: "KeyI",
    key: "I",
    label: "Interpolation",
    note: "others move evenly",
  },
  { name: "smoothing", code: "KeyM", key: "M", label: "Smoothing", note: "corrections glide" },
  { name: "rewind", code: "KeyL", key: "L", label: "Lag compensation", note: "hit what you saw" },
  { name: "packed", code: "KeyK", key: "K", label: "Packed snapshots", note: "off: msgpack" },
  { name: "bots", code: "KeyB", key: "B", label: "Server bots", note: "two more ships", off: true },
];

/** The switches and sliders of the lab. It tells what was asked for and shows what it is told. */
export class Desk {
  /** Which ghosts are shown, by name. */
  ghosts = Object.fromEntries(GHOSTS.map(({ name }) => [name, true]));
  /** "a" or "b": whose network the sliders are. */
  whose = "a";
  #actions;
  #boxes = new Map();
  #sliders = new Map();
  #lines = { a: PRESETS[2].line, b: PRESETS[1].line };

  /** @param {{toggle: (name: string, on: boolean) => void, line: (whose: string, line: any) => void}} actions */
  constructor(actions) {
    this.#actions = actions;
    for (const toggle of TOGGLES) byId("toggles").append(this.#switch(toggle));
    for (const ghost of GHOSTS) byId("ghosts").append(this.#ghost(ghost));
    for (const whose of ["a", "b"]) byId("network-whose").append(this.#side(whose));
    for (const { label, line } of PRESETS)
      byId("presets").append(
        el("button", {
          type: "button",
          class: "small",
          text: label,
          on: { click: () => this.setLine(this.whose, line) },
        }),
      );
    for (const slider of SLIDERS) byId("sliders").append(this.#slider(slider));
    this.#show();
  }

  /** @param {string} code of a key @returns {boolean} whether it was one of a switch */
  key(code) {
    const found =
      TOGGLES.find((toggle) => toggle.code === code)?.name ??
      GHOSTS.find(({ key }) => code === `Digit${key}`)?.name;
    this.#boxes.get(found)?.click();
    return found !== undefined;
  }

  line(whose) {
    return this.#lines[whose];
  }

  setLine(whose, line) {
    this.#lines[whose] = line;
    this.#actions.line(whose, line);
    if (whose === this.whose) this.#show();
  }

  #switch({ name, key, label, note, off }) {
    const box = el("input", {
      type: "checkbox",
      id: `toggle-${name}`,
      checked: !off,
      on: { change: () => this.#actions.toggle(name, box.checked) },
    });
    this.#boxes.set(name, box);
    return el(
      "label",
      { class: "toggle", for: box.id },
      box,
      el("span", {}, el("b", { text: label }), el("small", { text: note })),
      el("kbd", { text: key }),
    );
  }

  #ghost(ghost) {
    const box = el("input", {
      type: "checkbox",
      id: `ghost-${ghost.name}`,
      checked: true,
      on: {
        change: () => {
          this.ghosts[ghost.name] = box.checked;
        },
      },
    });
    this.#boxes.set(ghost.name, box);
    return el(
      "label",
      { class: "toggle", for: box.id },
      box,
      ghostSign(ghost),
      el("span", {}, el("b", { text: ghost.label }), el("small", { text: ghost.note })),
      el("kbd", { text: ghost.key }),
    );
  }

  #side(whose) {
    const button = el("button", {
      type: "button",
      class: "small",
      role: "radio",
      text: whose.toUpperCase(),
      data: { whose },
      on: {
        click: () => {
          this.whose = whose;
          this.#show();
        },
      },
    });
    return button;
  }

  #slider({ name, label, title, most, step, unit }) {
    const input = el("input", {
      type: "range",
      id: `slider-${name}`,
      min: 0,
      max: most,
      step,
      on: {
        input: () =>
          this.setLine(this.whose, { ...this.#lines[this.whose], [name]: Number(input.value) }),
      },
    });
    const value = el("output", { for: input.id });
    this.#sliders.set(name, { input, value, unit });
    return el(
      "label",
      { class: "slider", for: input.id, title },
      el("span", { text: label }),
      input,
      value,
    );
  }

  #show() {
    const line = this.#lines[this.whose];
    for (const [name, { input, value, unit }] of this.#sliders) {
      input.value = String(line[name]);
      setText(value, name === "kbps" && line.kbps === 0 ? "no limit" : `${line[name]} ${unit}`);
    }
    for (const button of byId("network-whose").children)
      button.setAttribute("aria-checked", String(button.dataset.whose === this.whose));
    [...byId("presets").children].forEach((button, i) => {
      const same = Object.entries(PRESETS[i].line).every(([name, value]) => line[name] === value);
      button.setAttribute("aria-pressed", String(same));
    });
  }
}
