/** The mouse over the field: while a button is held the ship turns to the pointer; left fires, right thrusts. */
export class Pointer {
  held = false;
  fire = false;
  thrust = false;
  x = 0; // CSS pixels in the window
  y = 0;

  constructor(canvas) {
    const follow = (event) => {
      if (event.pointerType !== "mouse") return;
      this.x = event.clientX;
      this.y = event.clientY;
      this.#buttons(event.buttons);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse") return;
      canvas.setPointerCapture(event.pointerId);
      follow(event);
    });
    canvas.addEventListener("pointermove", follow);
    canvas.addEventListener("pointerup", follow);
    canvas.addEventListener("pointercancel", () => this.#buttons(0));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    addEventListener("blur", () => this.#buttons(0));
  }

  #buttons(buttons) {
    this.fire = (buttons & 1) !== 0;
    this.thrust = (buttons & 2) !== 0;
    this.held = (buttons & 3) !== 0;
  }
}
