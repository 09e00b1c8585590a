import { byId, el } from "./dom.js";
import { outcomeOf } from "./outcome.js";
import { hullIcon } from "./ship-art.js";

/** The table at the end of a match, over its last picture, and the way on from there. */
export class Results {
  #box = byId("results");
  #actions;
  #again = null;

  constructor(actions) {
    this.#actions = actions;
    this.#box.addEventListener("keydown", (event) => {
      if (event.code === "Escape") actions.toLobby();
    });
  }

  /** `ships` are the rows of the last picture, or undefined where the game has none: each line gets its ship's look. */
  show(data, seat, ships) {
    const outcome = outcomeOf(data);
    const won = outcome?.scores.find((entry) => entry.name === outcome.winner);
    const mine = seat > 0 && won?.seat === seat;
    this.#again = el("button", {
      type: "button",
      class: "primary",
      text: "Rematch",
      hidden: seat === 0,
      on: { click: () => this.#actions.rematch() },
    });
    const title = outcome?.winner
      ? mine
        ? "You win"
        : `${outcome.winner} wins`
      : outcome
        ? "Draw"
        : "The match is over";
    this.#box.replaceChildren(
      el(
        "div",
        { class: "panel", role: "dialog", "aria-labelledby": "results-title", tabindex: -1 },
        el("h2", { id: "results-title", text: title }),
        el("p", { text: mine ? "Well flown." : "Good flight. One more?" }),
        el(
          "ol",
          {},
          ...(outcome?.scores ?? [])
            .slice(0, 10)
            .map((entry, i) => resultRow(entry, i, seat, colorOf(ships, entry))),
        ),
        el(
          "div",
          { class: "actions" },
          el("button", {
            type: "button",
            text: "Leave",
            on: { click: () => this.#actions.leave() },
          }),
          el("button", {
            type: "button",
            text: "To the lobby",
            on: { click: () => this.#actions.toLobby() },
          }),
          this.#again,
        ),
      ),
    );
    this.#box.hidden = false;
    byId("hud").inert = true; // Tab goes round among what can be done now
    // Not a button: whoever still holds fire would press it.
    this.#box.firstElementChild.focus();
  }

  hide() {
    this.#box.hidden = true;
    byId("hud").inert = false;
    this.#again = null;
  }

  /** Says how many want to go on. */
  setLobby(state, user) {
    if (!this.#again) return;
    const players = state.members.filter((member) => member.role === "player" && !member.away);
    const asked = players.filter((member) => member.rematch).length;
    this.#again.disabled = players.some((member) => member.user === user && member.rematch);
    this.#again.textContent = asked ? `Rematch (${asked} of ${players.length})` : "Rematch";
  }
}

function resultRow({ name, seat, score }, i, own, color) {
  return el(
    "li",
    { class: own > 0 && seat === own ? "me" : "" },
    el("span", { text: String(i + 1) }),
    color >= 0 && hullIcon(color),
    el("b", { class: "name", text: name }),
    el("small", { text: seat === 0 ? "bot" : "" }),
    el("b", { text: String(score) }),
  );
}

/** The colour of the ship that made this score, or -1 if it is gone. Bots have no seat, but names that no other bot has. */
function colorOf(ships, { name, seat }) {
  for (const ship of ships?.values() ?? [])
    if (ship.seat === seat && ship.name === name) return ship.color;
  return -1;
}
