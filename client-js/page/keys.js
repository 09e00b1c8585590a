/** Where keys are on the board, not what they print: the same hands work on every layout. */
export const held = {
  ArrowLeft: "left",
  KeyA: "left",
  ArrowRight: "right",
  KeyD: "right",
  ArrowUp: "thrust",
  KeyW: "thrust",
  Space: "fire",
};
const commands = {
  KeyM: "sound",
  KeyN: "net",
  KeyG: "graph",
  Comma: "back",
  Period: "on",
  Escape: "menu",
};

/** The keyboard while a match is on screen. `down(what)` tells what is held; commands go to `onCommand(name)`. */
export class Keys {
  #down = new Set(); // key codes
  #onCommand;
  #abort = null;

  constructor(onCommand) {
    this.#onCommand = onCommand;
  }

  start() {
    this.stop();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    addEventListener("keydown", (event) => this.#press(event), { signal });
    addEventListener("keyup", (event) => this.#down.delete(event.code), { signal });
    addEventListener("blur", () => this.#down.clear(), { signal });
    document.addEventListener("visibilitychange", () => this.#down.clear(), { signal });
  }

  stop() {
    this.#abort?.abort();
    this.#down.clear();
  }

  down(what) {
    for (const code of this.#down) if (held[code] === what) return true;
    return false;
  }

  release() {
    this.#down.clear();
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
      return;
    const { code, target } = event;
    // A focused button keeps its Space; everything else belongs to the game.
    if (
      target instanceof HTMLInputElement ||
      (code === "Space" && target instanceof HTMLButtonElement)
    )
      return;
    if (held[code]) {
      this.#down.add(code);
      event.preventDefault();
    } else if (commands[code] && !event.repeat) {
      event.preventDefault();
      this.#onCommand(commands[code]);
    }
  }
}
