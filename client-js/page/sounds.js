import { remember, remembered } from "./remembered.js";
import { Synth } from "./synth.js";

const KEY = "sound";
const EARSHOT = 900; // units from which a sound is half as loud
const HALF_FIELD = 800; // units to the side that count as fully left or right

/**
 * What the match sounds like. Off until it is chosen; the choice is remembered, and where it was made on an earlier visit
 * the first press in the page opens the sound, since browsers allow none before it.
 */
export class Sounds {
  on = false;
  #synth = new Synth();
  #changed = () => {};

  /** @param {(on: boolean) => void} changed */
  watch(changed) {
    this.#changed = changed;
    if (remembered(KEY) !== "on") return changed(false);
    this.#turn(true);
    const open = () => this.on && this.#synth.open();
    for (const type of ["pointerdown", "keydown"]) addEventListener(type, open, { once: true });
  }

  async toggle() {
    this.#turn(!this.on);
    remember(KEY, this.on ? "on" : "off");
    if (!this.on) return this.#synth.close();
    await this.#synth.open();
    this.gain(1); // so that one hears that one will
  }

  #turn(on) {
    this.on = on;
    this.#changed(on);
  }

  /** @param {{dx: number, dy: number}} away units from the listener @param {boolean} own @param {number} kind of the weapon */
  shot(away, own, kind) {
    const { gain, pan } = placed(away, own ? 0.34 : 0.16);
    const from = kind > 0 ? 1250 : 880;
    this.#synth.tone({ from, to: 170, seconds: 0.13, gain, pan, type: "square" });
  }

  hit(away, pierced) {
    const { gain, pan } = placed(away, 0.4);
    if (pierced) this.#synth.burst({ from: 3600, to: 500, seconds: 0.14, gain, pan });
    else this.#synth.tone({ from: 1500, to: 900, seconds: 0.16, gain: gain * 0.6, pan });
  }

  blast(away) {
    const { gain, pan } = placed(away, 0.9);
    this.#synth.burst({ from: 1800, to: 60, seconds: 0.9, gain, pan });
    this.#synth.tone({ from: 150, to: 32, seconds: 0.6, gain, pan, type: "sine" });
  }

  /** A pickup of one's own: three rising notes, higher for each kind. */
  gain(kind) {
    for (const [i, step] of [0, 4, 7].entries()) {
      const from = 440 * 2 ** ((step + kind * 3) / 12);
      this.#synth.tone({ from, seconds: 0.16, gain: 0.26, after: i * 0.06 });
    }
  }

  /** The last seconds of a count, and its end. */
  count(last) {
    this.#synth.tone({ from: last ? 880 : 440, seconds: last ? 0.4 : 0.12, gain: 0.3 });
  }

  end() {
    for (const [i, step] of [12, 7, 4, 0].entries())
      this.#synth.tone({ from: 330 * 2 ** (step / 12), seconds: 0.5, gain: 0.24, after: i * 0.14 });
  }
}

/** How loud and how far to the side something is. */
function placed({ dx, dy }, loud) {
  const away = Math.hypot(dx, dy) / EARSHOT;
  return { gain: loud / (1 + away * away), pan: Math.max(-1, Math.min(1, dx / HALF_FIELD)) };
}
