/** The sounds of a round's clock: the last three seconds before it starts and before it ends, the start, the end. */
export class RoundSounds {
  #sounds;
  #phase = -1;
  #left = -1;

  /** @param {import("./sounds.js").Sounds} sounds */
  constructor(sounds) {
    this.#sounds = sounds;
  }

  forget() {
    this.#phase = this.#left = -1;
  }

  /** @param {{phase: number, left: number} | undefined} round as it is now: phase 0 warm-up, 1 play, 2 over; seconds left */
  hear(round) {
    if (!round) return;
    const { phase, left } = round;
    if (phase !== this.#phase) {
      if (this.#phase === 0 && phase === 1) this.#sounds.count(true);
      if (this.#phase === 1 && phase === 2) this.#sounds.end();
    } else if (left !== this.#left && left > 0 && left <= 3 && phase < 2) this.#sounds.count(false);
    this.#phase = phase;
    this.#left = left;
  }
}
