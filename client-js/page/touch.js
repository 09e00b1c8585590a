import { byId } from "./dom.js";

const REACH = 58; // CSS pixels from the middle of the stick to its rim
const DEAD = 0.22; // share of the reach within which the stick says nothing
const PUSH = 0.62; // share of the reach from which it also thrusts

/**
 * Two thumbs: the left one points where to fly (the stick comes to the thumb), and pushing it far thrusts; the right one
 * fires. Shown on touch screens, and from the first touch on anything else.
 */
export class Touch {
  aimed = false;
  aim = 0;
  thrust = false;
  fire = false;

  #box = byId("touch");
  #stick = byId("stick");
  #knob = byId("stick-knob");
  #finger = null;
  #centre = { x: 0, y: 0 };

  constructor(match) {
    const coarse = matchMedia("(pointer: coarse)");
    const show = () => {
      this.#box.hidden = false;
      document.body.classList.add("touching");
    };
    if (coarse.matches) show();
    coarse.addEventListener("change", () => coarse.matches && show());
    match.addEventListener("pointerdown", (event) => event.pointerType === "touch" && show(), {
      capture: true,
    });
    this.#bindStick(byId("stick-zone"));
    this.#bindFire(byId("fire"));
  }

  /** Shows the controls only to those who have a ship to steer. */
  enable(on) {
    this.#box.classList.toggle("off", !on);
    this.#letGo();
    this.fire = false;
  }

  /** Whether the thumbs need room on the screen. */
  get shown() {
    return !this.#box.hidden && !this.#box.classList.contains("off");
  }

  #bindStick(zone) {
    zone.addEventListener("pointerdown", (event) => {
      if (this.#finger !== null) return;
      event.preventDefault();
      this.#finger = event.pointerId;
      zone.setPointerCapture(event.pointerId);
      const home = this.#stick.getBoundingClientRect();
      this.#centre = { x: event.clientX, y: event.clientY };
      this.#stick.style.translate = `${event.clientX - home.x - home.width / 2}px ${event.clientY - home.y - home.height / 2}px`;
      this.#point(event);
    });
    zone.addEventListener(
      "pointermove",
      (event) => event.pointerId === this.#finger && this.#point(event),
    );
    for (const type of ["pointerup", "pointercancel"]) {
      zone.addEventListener(type, (event) => event.pointerId === this.#finger && this.#letGo());
    }
  }

  #point({ clientX, clientY }) {
    const dx = clientX - this.#centre.x;
    const dy = clientY - this.#centre.y;
    const share = Math.min(1, Math.hypot(dx, dy) / REACH);
    this.aimed = share > DEAD;
    this.thrust = share > PUSH;
    const angle = Math.atan2(dy, dx);
    if (this.aimed) this.aim = angle;
    this.#knob.style.translate = `${Math.cos(angle) * share * REACH}px ${Math.sin(angle) * share * REACH}px`;
  }

  #letGo() {
    this.#finger = null;
    this.aimed = false;
    this.thrust = false;
    this.#stick.style.translate = "";
    this.#knob.style.translate = "";
  }

  #bindFire(button) {
    const set = (on) => {
      this.fire = on;
      button.classList.toggle("on", on);
    };
    button.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      button.setPointerCapture(event.pointerId);
      set(true);
    });
    for (const type of ["pointerup", "pointercancel"])
      button.addEventListener(type, () => set(false));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
  }
}
