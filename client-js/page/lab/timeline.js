import { el } from "../dom.js";
import { Stage } from "../stage.js";
import { tabStorage } from "../tab-storage.js";

const WINDOW = 30_000; // ms that are shown
const TOLD = 5; // sentences
const KEY = "lab.story";
const FONT = '11px system-ui, "DejaVu Sans", sans-serif';
const marks = {
  drop: { hue: "#ff7a59", label: "lost" },
  dial: { hue: "#f5a623", label: "tries" },
  open: { hue: "#3ddc97", label: "back" },
  resume: { hue: "#56b4e9", label: "plays on" },
  reload: { hue: "#e59ac6", label: "reload" },
};

/**
 * What became of a connection: when it was lost, each attempt to come back, and what was missed. Times are of the wall clock, so that
 * they go on after a reload.
 */
export class Timeline {
  /** What happened: `{at, what}`, the oldest first. */
  events = [];
  #stage;
  #story;
  #away = null; // {at, tick, replayed}

  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} story a list */
  constructor(canvas, story) {
    this.#stage = new Stage(canvas);
    this.#story = story;
    this.#recall();
  }

  /** Whether it waits for the match to go on. */
  get away() {
    return this.#away !== null;
  }

  /** @param {keyof typeof marks} what */
  mark(what) {
    this.events.push({ at: Date.now(), what });
    this.events = this.events.filter(({ at }) => at > Date.now() - WINDOW * 2).slice(-100);
  }

  /** The connection is lost. @param {number} tick the newest that was seen */
  drop(tick) {
    this.mark("drop");
    this.#away ??= { at: Date.now(), tick, replayed: 0, attempts: 0 };
  }

  /** A status of the client. @param {{state: string}} status */
  status({ state }) {
    if (!this.#away) return;
    if (state === "connecting") {
      this.#away.attempts++;
      this.mark("dial");
    }
    if (state === "open") this.mark("open");
  }

  /** An event came; while the match does not go on, it is one that was missed. @param {{channel: string}} event */
  event() {
    if (this.#away) this.#away.replayed++;
  }

  /** The match goes on. @param {number} tick @param {number} lost events that the server held no longer */
  resume(tick, lost) {
    if (!this.#away) return;
    const { at, tick: before, replayed, attempts, reload } = this.#away;
    this.#away = null;
    this.mark("resume");
    const seconds = ((Date.now() - at) / 1000).toFixed(1);
    const parts = [
      `${reload ? "Reloaded" : "Cut"}: playing again after ${seconds} s`,
      reload ? "" : `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`,
      `${Math.max(0, tick - before)} ticks missed`,
      `${replayed} events told again`,
      `${lost} lost`,
    ];
    this.tell(parts.filter(Boolean).join(", "), "good");
  }

  /** The tab is about to go. @param {number} tick */
  reload(tick) {
    this.mark("reload");
    tabStorage.setItem(
      KEY,
      JSON.stringify({ away: { at: Date.now(), tick }, events: this.events }),
    );
  }

  tell(text, kind = "") {
    this.#story.prepend(
      el(
        "li",
        { class: kind },
        el("time", { text: new Date().toLocaleTimeString("en-GB") }),
        el("span", { text }),
      ),
    );
    while (this.#story.children.length > TOLD) this.#story.lastElementChild.remove();
  }

  draw() {
    const stage = this.#stage;
    const { g, width, height } = stage;
    if (stage.version === 0) return;
    const now = Date.now();
    const x = (at) => width - ((now - at) / WINDOW) * width;
    const top = 22;
    const high = height - top - 20;
    stage.intoWindow();
    g.fillStyle = "#0b1122";
    g.fillRect(0, 0, width, height);
    this.#spans(now).forEach(({ from, to, open }) => {
      const left = Math.max(0, x(from));
      g.fillStyle = open ? "rgb(61 220 151 / 30%)" : "rgb(255 122 89 / 32%)";
      g.fillRect(left, top + (open ? 0 : high / 4), x(to) - left, open ? high : high / 2);
    });
    g.font = FONT;
    g.textBaseline = "middle";
    let free = -1;
    for (const { at, what } of this.events) {
      const left = x(at);
      if (left < 0) continue;
      const { hue, label } = marks[what];
      g.fillStyle = hue;
      g.fillRect(
        left - 1,
        what === "dial" ? top + high * 0.2 : top - 4,
        2,
        what === "dial" ? high * 0.6 : high + 8,
      );
      const wide = g.measureText(label).width;
      const from = Math.min(left - wide / 2, width - wide - 4);
      if (what === "dial" || from < free) continue;
      g.textAlign = "left";
      g.fillText(label, from, 9);
      free = from + wide + 8;
    }
    g.fillStyle = "#9fb0d3";
    g.textAlign = "center";
    for (let back = 5; back < WINDOW / 1000; back += 5)
      g.fillText(`−${back} s`, x(now - back * 1000), height - 8);
  }

  /** Times with a connection and without. */
  #spans(now) {
    const spans = [];
    let from = now - WINDOW * 2;
    let open = true;
    for (const { at, what } of this.events) {
      const next =
        what === "drop" || what === "reload"
          ? false
          : what === "open" || what === "resume"
            ? true
            : open;
      if (next === open) continue;
      spans.push({ from, to: at, open });
      from = at;
      open = next;
    }
    spans.push({ from, to: now, open });
    return spans;
  }

  /** What the page before the reload left. */
  #recall() {
    try {
      const left = JSON.parse(tabStorage.getItem(KEY) ?? "null");
      tabStorage.removeItem(KEY);
      if (!left) return;
      this.events = left.events;
      this.#away = { ...left.away, replayed: 0, attempts: 0, reload: true };
    } catch {
      // What somebody else wrote there is no story of ours.
    }
  }
}
