import { positive } from "../controls.js";
import { held } from "../keys.js";

const DEAD = 0.3; // of a stick's reach
const PUSH = 0.6; // of a stick's reach from which it also thrusts

/**
 * The hands of player A: keys, a pointer held on the screen (the ship flies there), a button to fire with a thumb, the first gamepad.
 */
export class Steering {
  #down = new Set();
  #pointer = null; // where it is held, CSS pixels from the middle of the screen
  #thumb = false;

  /**
   * @param {HTMLCanvasElement} canvas of the screen @param {HTMLElement} fire button
   * @param {() => void} taken told whenever a hand takes the helm
   * @param {(code: string) => boolean} command told of other keys; whether it was one
   */
  constructor(canvas, fire, taken, command) {
    addEventListener("keydown", (event) => {
      const { code, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
      if (code === "Space" && target instanceof HTMLButtonElement) return;
      if (held[code]) {
        this.#down.add(code);
        event.preventDefault();
        taken();
      } else if (!event.repeat && command(code)) event.preventDefault();
    });
    addEventListener("keyup", ({ code }) => this.#down.delete(code));
    addEventListener("blur", () => this.#down.clear());
    const point = ({ clientX, clientY }) => {
      const box = canvas.getBoundingClientRect();
      this.#pointer = { x: clientX - box.x - box.width / 2, y: clientY - box.y - box.height / 2 };
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
      taken();
    });
    canvas.addEventListener("pointermove", (event) => this.#pointer && point(event));
    for (const type of ["pointerup", "pointercancel"])
      canvas.addEventListener(type, () => {
        this.#pointer = null;
      });
    fire.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      fire.setPointerCapture(event.pointerId);
      this.#thumb = true;
      taken();
    });
    for (const type of ["pointerup", "pointercancel"])
      fire.addEventListener(type, () => {
        this.#thumb = false;
      });
    addEventListener("gamepadconnected", taken);
  }

  /** The input asked for now. */
  get input() {
    const down = (what) => [...this.#down].some((code) => held[code] === what);
    const stick = this.#stick();
    const at = this.#pointer ?? stick;
    const turn = Number(down("right")) - Number(down("left"));
    const aimed = at !== null && turn === 0;
    return {
      turn,
      thrust: down("thrust") || this.#pointer !== null || (stick?.push ?? false),
      fire: down("fire") || this.#thumb || (stick?.fire ?? false),
      aimed,
      aim: aimed && (at.x || at.y) ? positive(Math.atan2(at.y, at.x)) : 0,
    };
  }

  /** The first gamepad, if its stick is out of the middle or its button is down. */
  #stick() {
    const pad = navigator.getGamepads?.().find((one) => one?.connected);
    if (!pad) return null;
    const [x = 0, y = 0] = pad.axes;
    const reach = Math.hypot(x, y);
    const fire = pad.buttons[0]?.pressed ?? false;
    if (reach < DEAD && !fire) return null;
    return reach < DEAD ? { x: 0, y: 0, push: false, fire } : { x, y, push: reach > PUSH, fire };
  }
}
