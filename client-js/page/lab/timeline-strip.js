import { Stage } from "../stage.js";

/** How much is shown, in milliseconds. */
export const SHOWN = 30_000;
const FONT = '11px system-ui, "DejaVu Sans", sans-serif';
const TOP = 22; // CSS pixels for words
const BOTTOM = 20; // and for seconds

/**
 * @typedef {object} Happened
 * @property {number} at Unix ms
 * @property {"drop" | "wait" | "dial" | "open" | "resume" | "reload" | "silent" | "heard"} what
 * @property {string} [label] in place of the usual word for it
 */

/** How an event is marked, if it is. */
const marks = {
  drop: { hue: "#ff7a59", label: "lost" },
  dial: { hue: "#f5a623", label: "tries" },
  open: { hue: "#3ddc97", label: "back" },
  resume: { hue: "#56b4e9", label: "plays on" },
  reload: { hue: "#e59ac6", label: "reload" },
  silent: { hue: "#f0e442", label: "silence" },
};

/** What the time after an event is, and how much of the height that takes: colour is not the only tell. */
const ON = { hue: "rgb(61 220 151 / 30%)", high: 1 };
const LOST = { hue: "rgb(255 122 89 / 34%)", high: 0.4 };
const spans = {
  drop: LOST,
  wait: LOST,
  reload: LOST,
  dial: { hue: "rgb(245 166 35 / 50%)", high: 0.6 },
  open: { hue: "rgb(86 180 233 / 45%)", high: 0.8 },
  silent: { hue: "rgb(240 228 66 / 30%)", high: 0.8 },
  resume: ON,
  heard: ON,
};
const isAway = (/** @type {string} */ what) => spans[what] !== ON;

/** The last half minute of a connection as a strip: what it was when, and for how long the player was out. */
export class TimelineStrip {
  #stage;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#stage = new Stage(canvas);
  }

  /** @param {Happened[]} events the oldest first */
  draw(events) {
    const stage = this.#stage;
    const { g, width, height } = stage;
    if (stage.version === 0) return;
    const now = Date.now();
    const x = (/** @type {number} */ at) => width - ((now - at) / SHOWN) * width;
    stage.intoWindow();
    g.fillStyle = "#0b1122";
    g.fillRect(0, 0, width, height);
    g.font = FONT;
    g.textBaseline = "middle";
    this.#spans(events, x, now);
    this.#marks(events, x);
    this.#absences(events, x, now);
    g.fillStyle = "#9fb0d3";
    g.textAlign = "center";
    for (let back = 5; back < SHOWN / 1000; back += 5)
      g.fillText(`−${back} s`, x(now - back * 1000), height - 8);
  }

  #spans(events, x, now) {
    const { g, height } = this.#stage;
    const most = height - TOP - BOTTOM;
    const from = { at: now - SHOWN * 2, what: "heard" };
    const all = [from, ...events];
    all.forEach(({ at, what }, i) => {
      const { hue, high } = spans[what];
      const left = Math.max(0, x(at));
      const right = x(all[i + 1]?.at ?? now);
      g.fillStyle = hue;
      g.fillRect(left, TOP + (most * (1 - high)) / 2, Math.max(0, right - left), most * high);
    });
  }

  #marks(events, x) {
    const { g, width, height } = this.#stage;
    const most = height - TOP - BOTTOM;
    g.textAlign = "left";
    let free = width; // left of what is written already: the newest is
    for (const { at, what, label } of events.toReversed()) {
      const mark = marks[what];
      const left = x(at);
      if (!mark || left < 0) continue;
      const small = what === "dial";
      g.fillStyle = mark.hue;
      g.fillRect(left - 1, TOP + (small ? most * 0.2 : -4), 2, small ? most * 0.6 : most + 8);
      const words = label ?? mark.label;
      const wide = g.measureText(words).width;
      const from = Math.min(left - wide / 2, width - wide - 4);
      if (small || from + wide > free) continue;
      g.fillText(words, from, 9);
      free = from - 8;
    }
  }

  /** How long the player was out each time, written where there is room. */
  #absences(events, x, now) {
    const { g, height } = this.#stage;
    g.fillStyle = "#f4f6fb";
    g.textAlign = "center";
    let since = null;
    for (const { at, what } of [...events, { at: now, what: "heard" }]) {
      if (isAway(what)) since ??= at;
      else if (since !== null) {
        const words = `${((at - since) / 1000).toFixed(1)} s`;
        const left = Math.max(0, x(since));
        if (x(at) - left > g.measureText(words).width + 8)
          g.fillText(words, (left + x(at)) / 2, TOP + (height - TOP - BOTTOM) / 2);
        since = null;
      }
    }
  }
}
