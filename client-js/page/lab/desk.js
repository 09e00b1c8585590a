import { byId, el, setText } from "../dom.js";
import { GHOSTS, ghostSign } from "./ghosts.js";
import { PRESETS, SLIDERS } from "./lines.js";

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
    for (const { label, title, line } of PRESETS)
      byId("presets").append(
        el("button", {
          type: "button",
          class: "small",
          title,
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

  /** Shows a switch as it is, without asking for anything. @param {string} name @param {boolean} on */
  set(name, on) {
    this.#boxes.get(name).checked = on;
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
