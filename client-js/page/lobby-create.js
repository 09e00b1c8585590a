import { byId, el } from "./dom.js";
import { isSwitch, settingLabel } from "./settings.js";

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
    const pick = choice(
      "game",
      this.#games.map(({ name, title: text }) => [name, text || name]),
      game.name,
    );
    pick.addEventListener("change", () => {
      const picked = this.#games.find(({ name }) => name === pick.value);
      this.#draw(picked, form.elements.name.value);
    });
    const { min_players: least, max_players: most } = game;
    const named = { name: "name", maxlength: 40, value: title, autocomplete: "off" };
    const cancel = () => this.#box.close();
    form.append(
      el("h2", { id: "create-title", text: "Create a lobby" }),
      row("Game", "", pick),
      row("Name", "", el("input", named)),
      row(
        "Private",
        "not in the list; joined by its code or link",
        el("input", { name: "private", type: "checkbox" }),
      ),
      row("Seats", "", slider("max_players", least, most, Math.min(8, most))),
      row("Starts", "", choice("start", policies, "host")),
      ...game.settings.map((setting) => {
        const { name, min, max, doc } = setting;
        const named = `set:${name}`;
        const value = preset(setting);
        const control = isSwitch(setting)
          ? el("input", { name: named, type: "checkbox", checked: value === 1 })
          : slider(named, min, max, value);
        return row(settingLabel(name), doc, control);
      }),
      el(
        "div",
        { class: "actions" },
        el("button", { type: "button", text: "Cancel", on: { click: cancel } }),
        el("button", { type: "submit", class: "primary", text: "Create" }),
      ),
    );
    this.#box.replaceChildren(form);
  }

  async #submit(event, game) {
    event.preventDefault();
    const fields = event.target.elements;
    const settings = {};
    for (const { name } of game.settings) {
      const { type, checked, value } = fields[`set:${name}`];
      settings[name] = Number(type === "checkbox" ? checked : value);
    }
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

/** A labelled line of the form; `doc` may be empty. */
function row(label, doc, control) {
  return el("label", {}, el("span", {}, label, doc && el("small", { text: doc })), control);
}

/** A drop-down of `[value, text]` pairs. */
function choice(name, options, chosen) {
  const made = options.map(([value, text]) =>
    el("option", { value, text, selected: value === chosen }),
  );
  return el("select", { name }, ...made);
}

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
