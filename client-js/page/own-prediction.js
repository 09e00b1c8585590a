import { loadStep, preload } from "./client.mjs";
import { OwnShots } from "./own-shots.js";

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
  #shots = null;

  /**
   * @param {any} room
   * @param {() => number} ownId of one's own ship, 0 for none
   * @param {ConstructorParameters<typeof OwnShots>[2]} told of one's own shots
   */
  async enter(room, ownId, told) {
    this.leave();
    if (!wanted || room.seat === 0) return;
    this.#room = room;
    loading ??= loadStep(new URL(STEP, document.baseURI));
    try {
      const [step] = await Promise.all([loading, preload()]);
      if (this.#room !== room) return;
      const shots = new OwnShots(room, ownId, told);
      this.#shots = shots;
      const ran = (ship, input, tick) => shots.ran(ship, input, tick);
      this.#predictor = room.predict({ table: "ships", row: ownId, step, ran });
      await shots.load();
    } catch (error) {
      loading = null; // the next match tries again
      console.info("playing without prediction:", error);
    }
  }

  leave() {
    this.#predictor?.stop(); // the inputs still to be sent are not this page's to give
    this.#shots?.leave();
    this.#room = this.#predictor = this.#shots = null;
  }

  /** Whether inputs go through `advance`. */
  get active() {
    return this.#predictor !== null;
  }

  /** Newest tick that was predicted, 0 for none. */
  get tick() {
    return this.#predictor?.tick ?? 0;
  }

  /** One's own shots as they are to be drawn, or null while they are not predicted. @param {number} now ms */
  shots(now) {
    return this.#shots?.view(now) ?? null;
  }

  /** How many predicted shots the server confirmed, and how many were taken back. */
  get shotStats() {
    return this.#shots?.stats ?? { confirmed: 0, rolledBack: 0 };
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
