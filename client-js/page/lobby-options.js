import { BotButtons } from "./bot-buttons.js";
import { el, keyed, setText } from "./dom.js";
import { isSwitch, settingLabel } from "./settings.js";

/** What will be played: the host changes it, everyone sees it. */
export class LobbyOptions {
  #change;
  #state = null;
  #game = null;
  #asked = {}; // values clicked but not yet in a state from the server, so that quick clicks add up
  #seats;
  #hidden;
  #list = el("div", { class: "settings" });
  #bots;

  constructor(change) {
    this.#change = change;
    this.#seats = stepper("Seats", (value) => this.#ask("max_players", value));
    this.#hidden = el("input", {
      type: "checkbox",
      id: "lobby-private",
      on: { change: () => change({ private: this.#hidden.checked }) },
    });
    this.#bots = new BotButtons(({ bots }) => this.#ask("bots", bots));
    this.root = el(
      "section",
      { class: "panel options-panel", "aria-label": "Options" },
      el("div", { class: "panel-head" }, el("h2", { text: "Options" })),
      el(
        "div",
        { class: "options" },
        this.#seats.root,
        el(
          "div",
          { class: "option" },
          el(
            "label",
            { for: "lobby-private" },
            "Private",
            el("small", { text: "not in the list" }),
          ),
          this.#hidden,
        ),
        this.#list,
        this.#bots.root,
      ),
    );
  }

  update(state, game, host) {
    if (state.id !== this.#state?.id) this.#asked = {};
    for (const [name, value] of Object.entries(this.#asked))
      if (this.#valueOf(state, name) === value) delete this.#asked[name];
    this.#state = state;
    this.#game = game;
    const open = host && state.phase === "open";
    const players = state.members.filter((member) => member.role === "player").length;
    this.#seats.set(
      this.#asked.max_players ?? state.max_players,
      Math.max(players, game?.min_players ?? 1),
      game?.max_players ?? state.max_players,
      open,
    );
    this.#hidden.checked = state.private;
    this.#hidden.disabled = !open;
    // Bots have buttons of their own where they can be changed.
    const settings = (game?.settings ?? []).filter(({ name }) => !open || name !== "bots");
    keyed(this.#list, settings, {
      key: (setting) => setting.name,
      make: (setting) => {
        const make = isSwitch(setting) ? toggle : stepper;
        const made = make(
          settingLabel(setting.name),
          (value) => this.#ask(setting.name, value),
          setting.doc,
        );
        made.root.setting = made;
        return made.root;
      },
      update: (row, { name, min, max }) =>
        row.setting.set(this.#asked[name] ?? state.settings?.[name] ?? min, min, max, open),
    });
    this.#bots.update(state, game, open, this.#asked.bots);
  }

  #valueOf(state, name) {
    return name === "max_players" ? state.max_players : state.settings?.[name];
  }

  #ask(name, value) {
    this.#asked[name] = value;
    const settings = { ...this.#state.settings, ...this.#asked };
    delete settings.max_players;
    this.#change(name === "max_players" ? { max_players: value } : { settings }).then((done) => {
      if (!done) delete this.#asked[name];
    });
    this.update(this.#state, this.#game, true);
  }
}

/** On or off, by the same calls as a number. */
function toggle(label, onChange, doc) {
  const box = el("input", {
    type: "checkbox",
    on: { change: () => onChange(Number(box.checked)) },
  });
  return {
    root: el(
      "label",
      { class: "option" },
      el("span", {}, label, doc && el("small", { text: doc })),
      box,
    ),
    set(value, _min, _max, enabled) {
      box.checked = value === 1;
      box.disabled = !enabled;
    },
  };
}

/** A number with a minus and a plus. `set(value, min, max, enabled)` brings it up to date. */
function stepper(label, onChange, doc) {
  let now = { value: 0, min: 0, max: 0 };
  const step = () =>
    now.max - now.min > 200 ? Math.max(1, Math.round((now.max - now.min) / 100)) : 1;
  const move = (by) => onChange(Math.min(now.max, Math.max(now.min, now.value + by * step())));
  const less = el("button", {
    type: "button",
    text: "−",
    "aria-label": `${label}: less`,
    on: { click: () => move(-1) },
  });
  const more = el("button", {
    type: "button",
    text: "+",
    "aria-label": `${label}: more`,
    on: { click: () => move(1) },
  });
  const output = el("output");
  return {
    root: el(
      "div",
      { class: "option" },
      el("span", {}, label, doc && el("small", { text: doc })),
      el("div", { class: "stepper" }, less, output, more),
    ),
    set(value, min, max, enabled) {
      now = { value, min, max };
      setText(output, String(value));
      less.hidden = more.hidden = !enabled;
      less.disabled = value <= min;
      more.disabled = value >= max;
    },
  };
}
