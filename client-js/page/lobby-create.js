import { byId, el } from "./dom.js";
import { settingLabel } from "./settings.js";

/** The dialog that makes a lobby. What it offers comes from the server's list of games and their settings. */
export class LobbyCreate {
  #box = byId("create");
  #create;
  #games = [];

  constructor({ create }) {
    this.#create = create;
  }

  open(games, name) {
    this.#games = games;
    const arena = games.find((game) => game.name === "arena") ?? games[0];
    this.#draw(arena, `${name}'s ${arena.name}`);
    this.#box.showModal();
  }

  #draw(game, title) {
    const form = el("form", {
      class: "fields",
      on: { submit: (event) => this.#submit(event, game) },
    });
    const pick = el(
      "select",
      { name: "game" },
      ...this.#games.map(({ name, title: text }) =>
        el("option", { value: name, text: text || name, selected: name === game.name }),
      ),
    );
    pick.addEventListener("change", () =>
      this.#draw(
        this.#games.find(({ name }) => name === pick.value),
        form.elements.name.value,
      ),
    );
    form.append(
      el("h2", { id: "create-title", text: "Create a lobby" }),
      el("label", {}, "Game", pick),
      el(
        "label",
        {},
        "Name",
        el("input", { name: "name", maxlength: 40, value: title, autocomplete: "off" }),
      ),
      el(
        "label",
        {},
        el(
          "span",
          {},
          "Private",
          el("small", { text: "not in the list; joined by its code or link" }),
        ),
        el("input", { name: "private", type: "checkbox" }),
      ),
      el(
        "label",
        {},
        "Seats",
        slider(
          "max_players",
          Math.max(2, game.min_players),
          game.max_players,
          Math.min(8, game.max_players),
        ),
      ),
      el(
        "label",
        {},
        "Starts",
        el(
          "select",
          { name: "start" },
          ...policies.map(([value, text]) => el("option", { value, text })),
        ),
      ),
      ...game.settings.map((setting) =>
        el(
          "label",
          {},
          el(
            "span",
            {},
            settingLabel(setting.name),
            setting.doc && el("small", { text: setting.doc }),
          ),
          slider(`set:${setting.name}`, setting.min, setting.max, preset(setting)),
        ),
      ),
      el(
        "div",
        { class: "actions" },
        el("button", { type: "button", text: "Cancel", on: { click: () => this.#box.close() } }),
        el("button", { type: "submit", class: "primary", text: "Create" }),
      ),
    );
    this.#box.replaceChildren(form);
  }

  async #submit(event, game) {
    event.preventDefault();
    const fields = event.target.elements;
    const settings = {};
    for (const { name } of game.settings) settings[name] = Number(fields[`set:${name}`].value);
    const options = {
      game: game.name,
      name: fields.name.value.trim() || undefined,
      private: fields.private.checked,
      max_players: Number(fields.max_players.value),
      start: fields.start.value,
      settings,
    };
    if (await this.#create(options)) this.#box.close();
  }
}

const policies = [
  ["host", "by the host"],
  ["ready", "when all are ready"],
  ["full", "when all seats are taken"],
];

/** What a setting starts at: the game's default, but a new lobby is not left lonely where there can be bots. */
const preset = ({ name, max, default: usual }) => (name === "bots" ? Math.min(6, max) : usual);

/** A range with its number beside it; a wide range is a number to type instead. */
function slider(name, min, max, value) {
  if (max - min > 200)
    return el("input", { name, type: "number", min, max, value, required: true });
  const output = el("output", { text: String(value) });
  const range = el("input", {
    name,
    type: "range",
    min,
    max,
    value,
    on: { input: () => (output.value = range.value) },
  });
  return el("span", { class: "slide" }, range, output);
}
