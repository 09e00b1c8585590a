const DEAD = 0.25; // share of a stick's way within which it says nothing: worn sticks rest off their middle
const PUSH = 0.8; // share from which the stick also thrusts
const PRESSED = 0.3; // share of a trigger's way

// Buttons of the standard mapping (https://w3c.github.io/gamepad/#remapping).
const FIRE = [0, 7]; // the lower face button, the right trigger
const THRUST = [1, 6, 12]; // the right face button, the left trigger, up
const [LEFT, RIGHT, MENU] = [14, 15, 9];

/**
 * A gamepad of the standard mapping: the left stick points where to fly, pushed far it thrusts. Pads come and go while the
 * page is open; the last one that did something is listened to.
 */
export class Gamepad {
  connected = false;
  aimed = false;
  aim = 0; // radians
  turn = 0; // -1, 0, 1
  thrust = false;
  fire = false;

  #onMenu;
  #read;
  #menuHeld = false;

  /**
   * @param {() => void} onMenu
   * @param {() => (any | null)[]} read the pads there are
   */
  constructor(onMenu, read = () => navigator.getGamepads?.() ?? []) {
    this.#onMenu = onMenu;
    this.#read = read;
  }

  /** Looks at the pads; once a frame, and it costs nothing while there is none. */
  poll() {
    let pad = null;
    for (const candidate of this.#read()) {
      if (candidate?.connected && candidate.mapping === "standard")
        if (!pad || candidate.timestamp > pad.timestamp) pad = candidate;
    }
    this.connected = pad !== null;
    if (pad) this.#take(pad);
    else this.#rest();
  }

  /** @param {any} pad */
  #take({ axes, buttons }) {
    const down = (/** @type {number} */ i) => (buttons[i]?.value ?? 0) > PRESSED;
    const [x = 0, y = 0] = axes;
    const far = Math.hypot(x, y);
    this.aimed = far > DEAD;
    if (this.aimed) this.aim = Math.atan2(y, x);
    this.turn = Number(down(RIGHT)) - Number(down(LEFT));
    this.thrust = far > PUSH || THRUST.some(down);
    this.fire = FIRE.some(down);
    const menu = down(MENU);
    if (menu && !this.#menuHeld) this.#onMenu();
    this.#menuHeld = menu;
  }

  #rest() {
    this.aimed = this.thrust = this.fire = this.#menuHeld = false;
    this.turn = 0;
  }
}
