import { el, keyed, setText } from "./dom.js";
import { hullIcon } from "./ship-art.js";

/** The seats that nobody has: which of them bots will fly, which are free, and the same in words. */
export class LobbySeats {
  #words = el("p");
  #slots = el("ul", { class: "slots", "aria-hidden": "true" });
  root = el("div", { class: "vacant" }, this.#slots, this.#words);

  /** @param {any} state of the lobby */
  update(state) {
    const players = state.members.filter((/** @type {any} */ { role }) => role === "player").length;
    const free = Math.max(0, state.max_players - players);
    const bots = Math.max(0, (state.settings?.bots ?? 0) - players);
    setText(this.#words, vacancyWords(free, bots));
    const slots = Array.from({ length: Math.max(free, bots) }, (_, i) => ({
      // The game gives colours in the order of coming, and bots are in before the players.
      key: i < bots ? `bot ${i}` : `free ${i}`,
      color: i < bots ? i : -1,
    }));
    keyed(this.#slots, slots, {
      key: (/** @type {any} */ { key }) => key,
      make: (/** @type {any} */ { color }) =>
        color < 0
          ? el("li", { class: "free" }, el("span", { text: "free" }))
          : el("li", {}, hullIcon(color), el("span", { text: "bot" })),
      update: () => {},
    });
  }
}

/** @param {number} free seats @param {number} bots */
function vacancyWords(free, bots) {
  const seats =
    free === 0 ? "Every seat is taken." : `${free} free ${free === 1 ? "seat" : "seats"}.`;
  if (bots === 0) return free === 0 ? seats : `${seats} Share the link, or add bots.`;
  return `${seats} ${bots} ${bots === 1 ? "bot joins" : "bots join"}, and make room for whoever comes.`;
}
