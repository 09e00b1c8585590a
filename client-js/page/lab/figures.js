import { el, setText } from "../dom.js";
import { ms } from "../net-readout.js";
import { KINDS } from "./traffic.js";

/** Name, label, and what it is. */
const rows = [
  ["rtt", "Round trip", "From a ping to its pong, smoothed"],
  ["jitter", "Jitter", "How far round trips are from their mean"],
  [
    "lead",
    "Tick lead",
    "How many ticks ahead of the server's present this client's inputs are: what they take to get there, and a little more",
  ],
  [
    "slack",
    "Input slack",
    "How early the newest input was at the server; below 0 it came too late",
  ],
  [
    "buffer",
    "Buffer (snapshots)",
    "How far behind the newest snapshot the others are drawn, so that there is a next one to draw towards",
  ],
  ["age", "Snapshot age", "Since the newest snapshot came"],
  [
    "error",
    "Prediction error",
    "How far the drawn ship is from where the server's answer puts it, while that is smoothed away",
  ],
  ["corrections", "Corrections", "How often a snapshot was not what was predicted"],
  ["in", "In", "Payload bytes received"],
  ["out", "Out", "Payload bytes sent"],
  ["codec", "Snapshots", "In which codec snapshots come, and how many a second"],
  [
    "tick",
    "Server tick p50 / p99",
    "How long half, and 99 of 100, of the server's ticks take at most, of all its matches",
  ],
];

/** Slack in milliseconds that is more than is aimed at, whatever the jitter. */
const EARLY = 100;
const EARLY_WORDS =
  "The server stood still for a moment, or the way became shorter: inputs are there too early. The client looks at that for 2 s, then sends later by a twentieth of a tick each tick, so that nobody sees the ship run slower";

export const bytes = (value) =>
  value >= 1000 ? `${(value / 1000).toFixed(1)} kB/s` : `${Math.round(value)} B/s`;

/** What the graph draws, as numbers, and what it does not. */
export class Figures {
  #cells = new Map();
  #at = 0;

  /** @param {HTMLElement} list a dl, to be filled */
  constructor(list) {
    for (const [name, label, title] of rows) {
      const cell = el("dd", { text: "…", data: { figure: name } });
      this.#cells.set(name, cell);
      list.append(el("div", { title }, el("dt", { text: label }), cell));
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
    const isEarly = match.slack > EARLY;
    // While no inputs are sent, what was told of the last of them is no news.
    const sending = (text) => (match.inputTick > 0 ? text : "–");
    const shown = {
      rtt: ms(stats.rtt),
      jitter: ms(stats.jitter),
      lead: room?.seat
        ? sending(`${(match.lead ?? 0).toFixed(1)} ticks${isEarly ? ", early" : ""}`)
        : "watching",
      slack: room?.seat ? sending(`${Math.round(match.slack)} ms`) : "watching",
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
    this.#cells.get("lead").title = isEarly ? EARLY_WORDS : "";
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
