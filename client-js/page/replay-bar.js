import { el, setText } from "./dom.js";
import { isReplay } from "./replay-server.js";

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16];
const ASK_EVERY = 250; // ms between two looks at where the playback is
const SEEK_EVERY = 120; // ms between two seeks while the handle is dragged

/** Ticks as minutes and seconds. @param {number} ticks @param {number} rate Hz */
function clockOf(ticks, rate) {
  const seconds = Math.floor(ticks / rate);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Steers the playback of a recording: play, pause, speed, and a line of time to seek on. It is one playback for all who
 * watch, so what others do is followed.
 */
export class ReplayBar {
  #bar;
  #play = el("button", {
    type: "button",
    class: "replay-play",
    on: { click: () => this.#toggle() },
  });
  #back = stepper("‹", "One tick back (,)", () => this.step(-1));
  #on = stepper("›", "One tick on (.)", () => this.step(1));
  #time = el("input", {
    type: "range",
    step: 1,
    "aria-label": "Time",
    on: { input: () => this.#drag(), change: () => this.#drop() },
  });
  #clock = el("span", { class: "replay-clock" });
  #speed = el(
    "select",
    {
      "aria-label": "Speed",
      on: { change: () => this.#ask("speed", { speed: Number(this.#speed.value) }) },
    },
    ...SPEEDS.map((speed) => el("option", { value: speed, text: `${speed}×` })),
  );
  #net = null;
  #state = null;
  #timer = 0;
  #dragged = false;
  #soughtAt = 0;
  #steps = 0; // asked for and not yet taken
  #stepping = false;

  /** @param {HTMLElement} bar to be filled */
  constructor(bar) {
    this.#bar = bar;
    bar.append(this.#play, this.#back, this.#on, this.#time, this.#clock, this.#speed);
  }

  /** Shows the bar where there is a playback to steer. */
  show(net) {
    this.hide();
    if (!isReplay(net)) return;
    this.#net = net;
    this.#ask("state");
    this.#timer = setInterval(() => this.#ask("state"), ASK_EVERY);
  }

  hide() {
    clearInterval(this.#timer);
    this.#net = this.#state = null;
    this.#dragged = false;
    this.#bar.hidden = true;
  }

  /** Stops, and goes so many ticks on from there. Steps asked for before the answer add up. @param {number} ticks 1, or -1 for back */
  async step(ticks) {
    if (!this.#state) return;
    this.#steps += ticks;
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      if (!this.#state.paused) await this.#ask("pause");
      while (this.#steps !== 0 && this.#state) {
        const { tick, first, last } = this.#state;
        const to = Math.min(last, Math.max(first, tick + this.#steps));
        this.#steps = 0;
        if (to !== tick) await this.#ask("seek", { tick: to });
      }
    } finally {
      this.#stepping = false;
      this.#steps = 0;
    }
  }

  /** Every answer is the new state. One that fails is made up for by the next. */
  async #ask(name, payload = null) {
    const net = this.#net;
    try {
      const state = await net.request("replay", name, payload);
      if (this.#net === net) this.#draw(state);
    } catch {}
  }

  #toggle() {
    this.#ask(this.#state?.paused ? "play" : "pause");
  }

  /** The picture follows the handle. */
  #drag() {
    this.#dragged = true;
    const now = performance.now();
    if (now - this.#soughtAt < SEEK_EVERY) return;
    this.#soughtAt = now;
    this.#ask("seek", { tick: Number(this.#time.value) });
  }

  #drop() {
    this.#dragged = false;
    this.#ask("seek", { tick: Number(this.#time.value) });
  }

  #draw(state) {
    this.#state = state;
    const { first, last, tick, tick_rate: rate, speed, paused, fault } = state;
    this.#bar.hidden = false;
    setText(this.#play, paused ? "▶" : "❚❚");
    this.#play.setAttribute("aria-label", paused ? "Play" : "Pause");
    if (!this.#dragged) {
      Object.assign(this.#time, { min: first, max: last, value: tick });
    }
    this.#time.setAttribute("aria-valuetext", clockOf(tick, rate));
    setText(this.#clock, fault || `${clockOf(tick, rate)} / ${clockOf(last, rate)}`);
    this.#clock.title = `tick ${tick} of ${first} to ${last}`;
    if (document.activeElement !== this.#speed) this.#speed.value = String(speed);
  }
}

/** A button for a step, which is told by its sign alone. */
const stepper = (sign, label, click) =>
  el("button", {
    type: "button",
    class: "replay-step",
    text: sign,
    "aria-label": label,
    title: label,
    on: { click },
  });
