import { el, setText } from "./dom.js";

const SETTING = "bots";
const MORE = 4;

/**
 * The host's way to company: one bot more, four more, one for every free seat, none. The setting is how many ships bots fill
 * up to, players among them, so that is what is counted from; a running match takes it over at once.
 */
export class BotButtons {
  #change;
  #now = { bots: 0, players: 0, seats: 0, most: 0 };
  #words = el("span", { class: "bots-now", role: "status" });
  #more;
  #fill;
  #none;

  /** @param {(settings: Record<string, number>) => void} change */
  constructor(change) {
    this.#change = change;
    this.#more = [1, MORE].map((count) =>
      this.#button(`+${count} ${count === 1 ? "bot" : "bots"}`, () => this.#ships + count),
    );
    this.#fill = this.#button("Fill seats", () => this.#now.seats);
    this.#none = this.#button("No bots", () => 0);
    const buttons = [...this.#more, this.#fill, this.#none];
    this.root = el("div", { class: "bots", role: "group", "aria-label": "Bots" }, this.#words);
    this.root.append(...buttons);
  }

  /**
   * @param {any} state of the lobby
   * @param {any} game of the server's list, or undefined while that is not there
   * @param {boolean} host whether one may change it
   * @param {number} [asked] the setting as it was just asked for
   */
  update(state, game, host, asked) {
    const setting = game?.settings.find((/** @type {any} */ { name }) => name === SETTING);
    this.root.hidden = !setting || !host;
    if (!setting) return;
    this.#now = {
      bots: asked ?? state.settings?.[SETTING] ?? 0,
      players: state.members.filter((/** @type {any} */ { role }) => role === "player").length,
      seats: Math.min(setting.max, state.max_players),
      most: setting.max,
    };
    const bots = Math.max(0, this.#now.bots - this.#now.players);
    setText(this.#words, bots === 0 ? "No bots" : bots === 1 ? "1 bot" : `${bots} bots`);
    for (const button of this.#more) button.disabled = this.#ships >= this.#now.most;
    this.#fill.disabled = this.#now.bots === this.#now.seats;
    this.#none.disabled = bots === 0;
  }

  /** How many ships there are with the bots that were asked for. */
  get #ships() {
    return Math.max(this.#now.bots, this.#now.players);
  }

  #button(text, ships) {
    const ask = () => this.#change({ [SETTING]: Math.min(this.#now.most, ships()) });
    return el("button", { type: "button", class: "small", text, on: { click: ask } });
  }
}
