import { byId, el, keyed, meter, setMeter, setText } from "./dom.js";

const SHOWN = 100;

/** Lobbies with a free seat first, running ones before waiting ones, the fuller the higher. */
function order(a, b) {
  const free = (lobby) => lobby.players < lobby.max_players;
  return (
    free(b) - free(a) ||
    (b.phase === "playing") - (a.phase === "playing") ||
    b.players - a.players ||
    a.name.localeCompare(b.name)
  );
}

/** The live list on the start page. Updates are drawn at most once a frame. */
export class LobbyList {
  #join;
  #watch;
  #newest = [];
  #frame = 0;

  constructor({ join, watch }) {
    this.#join = join;
    this.#watch = watch;
  }

  show(lobbies) {
    this.#newest = lobbies;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw([...this.#newest].sort(order));
    });
  }

  #draw(lobbies) {
    const players = lobbies.reduce((sum, lobby) => sum + lobby.players, 0);
    setText(
      byId("list-count"),
      lobbies.length
        ? `${lobbies.length} open to all, ${players} ${players === 1 ? "player" : "players"}`
        : "",
    );
    byId("lobbies-empty").hidden = lobbies.length > 0;
    const more = lobbies.length - SHOWN;
    byId("lobbies-more").hidden = more <= 0;
    setText(byId("lobbies-more"), more > 0 ? `and ${more} more: join those by code` : "");
    keyed(byId("lobbies"), lobbies.slice(0, SHOWN), {
      key: (lobby) => lobby.id,
      make: (lobby) => this.#row(lobby.id),
      update: updateRow,
    });
  }

  #row(id) {
    const count = el("span");
    const row = el(
      "li",
      {},
      el(
        "div",
        { class: "who" },
        el("b", { class: "lobby-name" }),
        el("small", { class: "lobby-about" }),
      ),
      el("span", { class: "tag" }),
      el("div", { class: "seats" }, count, meter()),
      el(
        "div",
        { class: "go" },
        el("button", {
          type: "button",
          class: "small",
          text: "Watch",
          on: { click: () => this.#watch(id) },
        }),
        el("button", {
          type: "button",
          class: "small primary",
          text: "Join",
          on: { click: () => this.#join(id) },
        }),
      ),
    );
    return row;
  }
}

function updateRow(row, lobby) {
  const [who, phase, seats, go] = row.children;
  const [watch, join] = go.children;
  setText(who.firstChild, lobby.name);
  setText(
    who.lastChild,
    lobby.spectators ? `${lobby.game}, ${lobby.spectators} watching` : lobby.game,
  );
  setText(phase, lobby.phase === "playing" ? "Playing" : "Waiting");
  phase.classList.toggle("playing", lobby.phase === "playing");
  setText(seats.firstChild, `${lobby.players} of ${lobby.max_players} seats`);
  setMeter(seats.lastChild, lobby.players, lobby.max_players);
  join.disabled = lobby.players >= lobby.max_players;
  setText(join, join.disabled ? "Full" : "Join");
  watch.setAttribute("aria-label", `Watch ${lobby.name}`);
  join.setAttribute("aria-label", join.disabled ? `${lobby.name} is full` : `Join ${lobby.name}`);
}
