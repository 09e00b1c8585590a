import { byId, el, setText } from "./dom.js";

const rows = [
  ["rtt", "Round trip"],
  ["jitter", "Jitter"],
  ["snapshots", "Snapshots"],
  ["in", "Received"],
  ["out", "Sent"],
  ["tick", "Tick"],
  ["slack", "Input slack"],
  ["dropped", "Input drops"],
  ["reconnects", "Reconnects"],
  ["desyncs", "Desyncs"],
];

export const ms = (value) =>
  Number.isFinite(value) ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : "…";
const bytes = (value) =>
  value >= 10000 ? `${(value / 1000).toFixed(1)} kB/s` : `${Math.round(value ?? 0)} B/s`;

/** The figures of the connection: a line in the bar, and a table under it on request. */
export class NetReadout {
  #table = byId("net");
  #brief = byId("net-brief");
  #button = byId("net-toggle");
  #cells = new Map();
  #dropped = 0; // times that the server told of dropped inputs; at most once a second each

  constructor() {
    for (const [key, label] of rows) {
      const cell = el("dd", { text: "…", data: { figure: key } });
      this.#cells.set(key, cell);
      this.#table.append(el("div", {}, el("dt", { text: label }), cell));
    }
    this.#button.addEventListener("click", () => this.toggle());
  }

  toggle() {
    this.#table.hidden = !this.#table.hidden;
    this.#button.setAttribute("aria-expanded", String(!this.#table.hidden));
  }

  noteDropped() {
    this.#dropped++;
  }

  update(net, room) {
    const { stats } = net;
    const rate = stats.perSecond ?? {};
    const snapshots = Math.round(rate.snapshots ?? 0);
    this.#button.dataset.quality = quality(net.status.state, stats.rtt, snapshots, room.tickRate);
    setText(this.#brief, `${snapshots}/s, ${ms(stats.rtt)}`);
    if (this.#table.hidden) return;
    const figures = {
      rtt: ms(stats.rtt),
      jitter: ms(stats.jitter),
      snapshots: `${snapshots}/s`,
      in: bytes(rate.bytesIn),
      out: bytes(rate.bytesOut),
      tick: String(room.tick),
      slack: room.seat > 0 ? ms(room.stats.slack) : "watching",
      dropped: String(this.#dropped),
      reconnects: String(stats.reconnects),
      desyncs: String(stats.desyncs),
    };
    for (const [key, text] of Object.entries(figures)) setText(this.#cells.get(key), text);
    this.#cells.get("desyncs").classList.toggle("bad", stats.desyncs > 0);
  }
}

function quality(state, rtt, snapshots, rate) {
  if (state !== "open" || rtt > 300 || snapshots < rate / 2) return "poor";
  return rtt > 150 || snapshots < rate * 0.85 ? "fair" : "good";
}
