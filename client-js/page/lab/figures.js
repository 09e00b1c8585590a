import { el, setText } from "../dom.js";
import { ms } from "../net-readout.js";
import { KINDS } from "./traffic.js";

const rows = [
  ["rtt", "Round trip"],
  ["jitter", "Jitter"],
  ["lead", "Tick lead"],
  ["slack", "Input slack"],
  ["buffer", "Buffer (snapshots)"],
  ["age", "Snapshot age"],
  ["error", "Prediction error"],
  ["corrections", "Corrections"],
  ["in", "In"],
  ["out", "Out"],
  ["codec", "Snapshots"],
  ["tick", "Server tick p50 / p99"],
];

export const bytes = (value) =>
  value >= 1000 ? `${(value / 1000).toFixed(1)} kB/s` : `${Math.round(value)} B/s`;

/** What the graph draws, as numbers, and what it does not. */
export class Figures {
  #cells = new Map();
  #at = 0;

  /** @param {HTMLElement} list a dl, to be filled */
  constructor(list) {
    for (const [name, label] of rows) {
      const cell = el("dd", { text: "…", data: { figure: name } });
      this.#cells.set(name, cell);
      list.append(el("div", {}, el("dt", { text: label }), cell));
    }
  }

  /**
   * @param {number} now ms
   * @param {{net: any, room: any, traffic: any, samples: any, ticks: {p50: number, p99: number}}} of
   */
  update(now, { net, room, traffic, samples, ticks }) {
    if (now - this.#at < 200) return;
    this.#at = now;
    const { stats } = net;
    const match = room?.stats ?? {};
    const snapshots = ((match.bufferMs ?? 0) * (room?.tickRate ?? 60)) / 1000;
    const short = Boolean(room) && match.viewTick > 0 && snapshots < 2;
    const shown = {
      rtt: ms(stats.rtt),
      jitter: ms(stats.jitter),
      lead: room?.seat ? `${(match.lead ?? 0).toFixed(1)} ticks` : "watching",
      slack: room?.seat ? ms(match.slack) : "watching",
      buffer: `${ms(Math.max(0, match.bufferMs ?? 0))} (${Math.max(0, snapshots).toFixed(1)})`,
      age: ms(match.snapshotAge),
      error: `${(match.predictionError ?? 0).toFixed(1)} units`,
      corrections: `${samples.perSecond("corrections", traffic.bin)}/s`,
      in: bytes(traffic.allPerSecond("in")),
      out: bytes(traffic.allPerSecond("out")),
      codec: `${net.codec}, ${Math.round(match.hz ?? 0)}/s`,
      tick: Number.isFinite(ticks?.p50)
        ? `${ticks.p50.toFixed(2)} / ${ticks.p99.toFixed(2)} ms`
        : "not told",
    };
    for (const [name, text] of Object.entries(shown)) setText(this.#cells.get(name), text);
    this.#cells.get("buffer").classList.toggle("bad", short);
    this.#cells.get("buffer").title = short
      ? "Under two snapshots: the next late one will be seen"
      : "";
  }
}

/** The legend of the bars, with what each kind comes to. */
export class Legend {
  #cells = [];
  #at = 0;

  /** @param {HTMLElement} box to be filled */
  constructor(box) {
    for (const { name, label } of KINDS) {
      const cell = el("b", { text: "" });
      this.#cells.push(cell);
      box.append(
        el("span", { data: { kind: name } }, el("i", { "aria-hidden": "true" }), `${label} `, cell),
      );
    }
    for (const [name, label] of [
      ["rtt", "Round trip"],
      ["buffer", "Buffer"],
      ["age", "Snapshot age"],
      ["error", "Correction"],
      ["underrun", "Underrun"],
    ])
      box.append(el("span", { data: { kind: name } }, el("i", { "aria-hidden": "true" }), label));
  }

  /** @param {number} now ms @param {import("./traffic.js").Traffic} traffic */
  update(now, traffic) {
    if (now - this.#at < 500) return;
    this.#at = now;
    this.#cells.forEach((cell, group) => {
      setText(cell, bytes(traffic.perSecond("in", group) + traffic.perSecond("out", group)));
    });
  }
}
