import { Stage } from "../stage.js";
import { LINES, Samples } from "./samples.js";
import { BIN_MS, BINS, KINDS } from "./traffic.js";

const FONT = '11px system-ui, "DejaVu Sans", sans-serif';
const AXIS = 54; // CSS pixels on the left for figures
const LEAST_BAR = 3; // CSS pixels, its gap included
const MOST_SHOWN = BINS / 2;
/** What a scale may end at. */
const TOPS = [50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10000, 20000, 50000, 100000, 1e9];

/**
 * Bars of what came (up) and went (down) in each tenth of a second, stacked by kind; under them delays as lines, corrections and
 * underruns as marks. It reads a client and never changes it.
 */
export class NetGraph {
  samples = new Samples();
  paused = false;
  #stage;
  #pausedAt = 0;
  #drawn = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#stage = new Stage(canvas);
  }

  /** @returns {boolean} whether it stands */
  togglePause() {
    this.paused = !this.paused;
    return this.paused;
  }

  /** Notes a moment, and draws. @param {import("./traffic.js").Traffic} traffic @param {any} net @param {any} room or null */
  update(traffic, net, room) {
    const { bin } = traffic;
    this.samples.note(bin, net, room);
    if (!this.paused) this.#pausedAt = bin;
    const version = `${this.#pausedAt}.${this.#stage.version}`;
    if (this.#stage.version === 0 || version === this.#drawn || this.#pausedAt < bin - MOST_SHOWN)
      return;
    this.#drawn = version;
    this.#draw(traffic, this.#pausedAt);
  }

  #draw(traffic, newest) {
    const stage = this.#stage;
    const { g, width, height } = stage;
    stage.intoWindow();
    g.fillStyle = "#0b1122";
    g.fillRect(0, 0, width, height);
    g.font = FONT;
    g.textBaseline = "middle";
    const bar = Math.max(LEAST_BAR, Math.floor((width - AXIS) / MOST_SHOWN));
    const count = Math.min(MOST_SHOWN, Math.floor((width - AXIS) / bar));
    const bins = Array.from({ length: count }, (_, i) => newest - count + i);
    const at = (i) => width - (count - i) * bar;
    at.bar = bar;
    const split = Math.round(height * 0.6);
    this.#bars(traffic, bins, at, 4, split - 8);
    this.#lines(bins, at, split + 4, height - 16);
    this.#seconds(bins, at, height);
  }

  #bars(traffic, bins, at, top, bottom) {
    const { g, width } = this.#stage;
    const sum = (way, bin) => KINDS.reduce((all, _, group) => all + traffic[way].at(bin, group), 0);
    const most = (way) => usualMost(bins.map((bin) => sum(way, bin)));
    const scale = topOf(most("in"));
    const below = Math.max(0.22, Math.min(0.45, most("out") / (most("out") + scale)));
    const zero = Math.round(bottom - (bottom - top) * below);
    const perByte = (zero - top) / scale;
    const perByteOut = Math.min(perByte, (bottom - zero) / most("out"));
    rule(g, AXIS, width, zero, "rgb(132 158 222 / 45%)");
    rule(g, AXIS, width, top + 0.5, "rgb(132 158 222 / 14%)");
    label(g, `${rate(scale)}`, top + 6);
    label(g, "in", zero - 8);
    label(g, "out", zero + 9);
    let free = AXIS; // right of what is written already
    bins.forEach((bin, i) => {
      let up = zero;
      let down = zero + 1;
      if (sum("in", bin) > scale && at(i) > free + 64) {
        label(g, `${rate(sum("in", bin))} ›`, top + 6, at(i) - 2);
        free = at(i);
      }
      KINDS.forEach(({ hue }, group) => {
        g.fillStyle = hue;
        const high = Math.min(traffic.in.at(bin, group) * perByte, up - top);
        if (high > 0) g.fillRect(at(i), up - high, at.bar - 1, high);
        up -= high;
        const low = Math.min(traffic.out.at(bin, group) * perByteOut, bottom + 4 - down);
        if (low > 0) g.fillRect(at(i), down, at.bar - 1, low);
        down += low;
      });
    });
  }

  #lines(bins, at, top, bottom) {
    const { g, width } = this.#stage;
    const rows = bins.map((bin) => this.samples.at(bin));
    const most = Math.max(
      60,
      ...rows.map((row) => (row ? Math.max(row.rtt, row.buffer, Math.min(row.age, 2000)) : 0)),
    );
    const scale = topOf(most);
    const y = (ms) => bottom - (Math.min(scale, Math.max(0, ms)) / scale) * (bottom - top);
    rule(g, AXIS, width, top + 0.5, "rgb(132 158 222 / 14%)");
    rule(g, AXIS, width, bottom + 0.5, "rgb(132 158 222 / 45%)");
    label(g, `${scale} ms`, top + 6);
    rows.forEach((row, i) => {
      if (!row) return;
      if (row.error > 0.05) {
        g.fillStyle = "rgb(142 162 255 / 75%)";
        const high = Math.min(bottom - top, 3 + Math.log2(1 + row.error) * 5);
        g.fillRect(at(i), bottom - high, at.bar - 1, high);
      }
      if (row.underruns > 0) {
        g.fillStyle = "#ff7a59";
        g.beginPath();
        g.moveTo(at(i) - 2, top);
        g.lineTo(at(i) + 6, top);
        g.lineTo(at(i) + 2, top + 8);
        g.fill();
      }
    });
    for (const { name, hue, dash } of LINES) {
      g.strokeStyle = hue;
      g.lineWidth = 1.5;
      g.setLineDash(dash);
      g.beginPath();
      rows.forEach((row, i) => {
        if (row) g.lineTo(at(i) + at.bar / 2, y(row[name]));
      });
      g.stroke();
      g.setLineDash([]);
    }
  }

  #seconds(bins, at, height) {
    const { g } = this.#stage;
    g.fillStyle = "#9fb0d3";
    g.textAlign = "center";
    const perSecond = 1000 / BIN_MS;
    for (let back = 5; back * perSecond < bins.length - 4; back += 5)
      g.fillText(`−${back} s`, at(bins.length - back * perSecond), height - 7);
    g.textAlign = "right";
    g.fillText(this.paused ? "paused" : "now", this.#stage.width - 4, height - 7);
  }
}

const topOf = (most) => TOPS.find((top) => top >= most);

/** What nearly all bars stay under, and some more: a burst, such as a lobby's state, is cut off and told in figures. */
function usualMost(bars) {
  const sorted = bars.toSorted((a, b) => a - b);
  return Math.max(40, sorted[Math.floor(sorted.length * 0.97)] * 1.25);
}

/** Bytes of a bar as a rate. */
const rate = (bytes) => {
  const perSecond = (bytes * 1000) / BIN_MS;
  return perSecond >= 1000 ? `${Number((perSecond / 1000).toFixed(1))} kB/s` : `${perSecond} B/s`;
};

function rule(g, from, to, y, hue) {
  g.fillStyle = hue;
  g.fillRect(from, Math.floor(y), to - from, 1);
}

function label(g, text, y, right = AXIS - 5) {
  g.fillStyle = "#9fb0d3";
  g.textAlign = "right";
  g.fillText(text, right, y);
}
