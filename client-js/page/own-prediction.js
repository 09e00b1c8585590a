import { loadStep, preload } from "./client.mjs";

/** The arena's own step, of the game's Go code: see docs/wasm-step.md. */
const STEP = "./arena-step.wasm";

/** Off by `?predict=0` in the address, to see what it is worth. */
const wanted = new URLSearchParams(location.search).get("predict") !== "0";

/** @type {Promise<(row: any, input: any, dt: number) => void> | null} loaded with the first match, for all */
let loading = null;

/**
 * One's own ship as it will be when the server has the inputs on their way to it. The step that it takes is loaded when a
 * match has begun; until then, and where it cannot be had, there is no prediction, and the match is played without.
 */
export class OwnPrediction {
  #room = null;
  #predictor = null;

  /**
   * @param {any} room
   * @param {() => number} ownId of one's own ship, 0 for none
   */
  async enter(room, ownId) {
    this.leave();
    if (!wanted || room.seat === 0) return;
    this.#room = room;
    loading ??= loadStep(new URL(STEP, document.baseURI));
    try {
      const [step] = await Promise.all([loading, preload()]);
      if (this.#room === room) this.#predictor = room.predict({ table: "ships", row: ownId, step });
    } catch (error) {
      loading = null; // the next match tries again
      console.info("playing without prediction:", error);
    }
  }

  leave() {
    this.#predictor?.stop(); // the inputs still to be sent are not this page's to give
    this.#room = this.#predictor = null;
  }

  /** Whether inputs go through `advance`. */
  get active() {
    return this.#predictor !== null;
  }

  /** Newest tick that was predicted, 0 for none. */
  get tick() {
    return this.#predictor?.tick ?? 0;
  }

  /** Sends the inputs that are due. @param {number} now ms @param {() => any} sample the input of a tick */
  advance(now, sample) {
    this.#predictor?.advance(now, sample);
  }

  /** The own ship as it is to be drawn, or null while it is not predicted. @param {number} now ms */
  view(now) {
    return this.#predictor?.view(now) ?? null;
  }
}
