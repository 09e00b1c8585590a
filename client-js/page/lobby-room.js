import { byId, el, keyed, setText } from "./dom.js";
import { LobbyChat } from "./lobby-chat.js";
import { LobbyOptions } from "./lobby-options.js";
import { LobbySeats } from "./lobby-seats.js";
import { outcomeOf } from "./outcome.js";
import { startWords } from "./settings.js";
import { shareLink } from "./share-link.js";
import { toast } from "./toasts.js";

/** The room before and after a match: who is here, what will be played, and the way to invite more. */
export class LobbyRoom {
  #actions;
  #state = null;
  #me = null;
  #parts;
  #options;
  #seats = new LobbySeats();

  constructor(actions) {
    this.#actions = actions;
    this.#options = new LobbyOptions(actions.settings);
    this.chat = new LobbyChat(actions);
    this.#parts = this.#build();
    byId("lobby").replaceChildren(this.#parts.root);
  }

  update(state, user, games) {
    this.#state = state;
    this.#me = state.members.find((member) => member.user === user);
    const { title, tag, code, members, count } = this.#parts;
    const game = Array.isArray(games) ? games.find(({ name }) => name === state.game) : undefined;
    setText(title, state.name);
    setText(tag, `${game?.title || state.game}${state.private ? ", private" : ""}`);
    setText(code, state.code);
    const players = state.members.filter((member) => member.role === "player");
    setText(count, `${players.length} of ${state.max_players} seats`);
    keyed(members, [...players, ...state.members.filter((member) => member.role !== "player")], {
      key: (member) => member.user,
      make: (member) => this.#memberRow(member.user),
      update: (row, member) => this.#updateMember(row, member),
    });
    this.#seats.update(state);
    this.#options.update(state, game, state.host === user);
    this.chat.update(state, user);
    this.#updateOutcome(state);
    this.#updateActions(state, players);
  }

  /** Where the keyboard goes on when the room comes on screen. */
  focus() {
    this.#parts.title.focus({ preventScroll: true });
  }

  #build() {
    const button = (text, act, cls = "") =>
      el("button", { type: "button", text, class: cls, on: { click: act } });
    const parts = {
      title: el("h1", { tabindex: "-1" }),
      tag: el("span", { class: "tag" }),
      code: el("code", { title: "Join code" }),
      count: el("span", { class: "count" }),
      members: el("ul", { class: "members" }),
      outcome: el("section", { class: "panel outcome", hidden: true, "aria-label": "Last match" }),
      why: el("span", { class: "why", role: "status" }),
      leave: button("Leave", () => this.#actions.leave()),
      watch: button("Watch", () => this.#actions.spectate(true)),
      sit: button("Take a seat", () => this.#actions.spectate(false), "primary"),
      ready: button("Ready", () => this.#actions.ready(!this.#me?.ready)),
      rematch: button("Rematch", () => this.#actions.rematch(), "primary"),
      start: button("Start match", () => this.#actions.start(), "primary"),
    };
    parts.root = el(
      "div",
      { class: "room" },
      el(
        "div",
        { class: "room-title" },
        parts.title,
        parts.tag,
        el("span", { class: "spring" }),
        el(
          "div",
          { class: "invite" },
          parts.code,
          button("Copy link", () => this.#copyLink(), "small"),
        ),
      ),
      parts.outcome,
      el(
        "div",
        { class: "room-main" },
        el(
          "section",
          { class: "panel members-panel", "aria-label": "Members" },
          el("div", { class: "panel-head" }, el("h2", {}, "Pilots ", parts.count)),
          parts.members,
          this.#seats.root,
        ),
        this.#options.root,
      ),
      el(
        "div",
        { class: "room-side" },
        this.chat.root,
        el(
          "div",
          { class: "room-actions" },
          parts.why,
          parts.leave,
          parts.watch,
          parts.sit,
          parts.ready,
          parts.rematch,
          parts.start,
        ),
      ),
    );
    return parts;
  }

  #memberRow(user) {
    const act = (text, action) =>
      el("button", {
        type: "button",
        class: "small quiet",
        text,
        on: { click: () => action(user) },
      });
    return el(
      "li",
      {},
      el("span", { class: "badge", "aria-hidden": "true" }),
      el("span", { class: "name" }),
      el("span", { class: "marks" }),
      act("Make host", this.#actions.host),
      act("Mute", (muted) => this.#mute(muted)),
      act("Kick", this.#actions.kick),
    );
  }

  #updateMember(row, member) {
    const [badge, name, marks, host, mute, kick] = row.children;
    const mine = member.user === this.#me?.user;
    const hosts = member.user === this.#state.host;
    setText(badge, (member.name.trim()[0] ?? "?").toUpperCase());
    badge.classList.toggle("me", mine);
    row.classList.toggle("away", member.away);
    setText(name, member.name + (mine ? " (you)" : ""));
    const words = [
      hosts && ["★ Host", "warm"],
      member.role === "spectator" && ["Watching", ""],
      member.role === "player" && member.ready && ["✓ Ready", "playing"],
      member.rematch && ["↻ Rematch", "playing"],
      member.away && ["Away", ""],
      member.muted && ["Muted", ""],
    ].filter(Boolean);
    const key = words.join("|");
    if (marks.dataset.words !== key) {
      marks.dataset.words = key;
      marks.replaceChildren(
        ...words.map(([text, cls]) => el("span", { class: `tag ${cls}`, text })),
      );
    }
    const ruled = this.#state.host === this.#me?.user && !mine;
    kick.hidden = mute.hidden = !ruled;
    setText(mute, member.muted ? "Unmute" : "Mute");
    host.hidden = !ruled || member.role !== "player";
    kick.setAttribute("aria-label", `Kick ${member.name}`);
    mute.setAttribute("aria-label", `${mute.textContent} ${member.name}`);
    host.setAttribute("aria-label", `Make ${member.name} the host`);
  }

  #mute(user) {
    const member = this.#state.members.find((other) => other.user === user);
    if (member) this.#actions.mute(user, !member.muted);
  }

  #updateOutcome(state) {
    const { outcome } = this.#parts;
    const last = outcomeOf(state.result?.data);
    outcome.hidden = !last;
    if (!last) return;
    outcome.replaceChildren(
      el(
        "span",
        {},
        "Last match: ",
        el("b", { text: last.winner ? `${last.winner} won` : "nobody won" }),
      ),
      el(
        "ol",
        {},
        ...last.scores.slice(0, 5).map(({ name, score }) => el("li", { text: `${name} ${score}` })),
      ),
    );
  }

  #updateActions(state, players) {
    const { why, watch, sit, ready, rematch, start } = this.#parts;
    const plays = this.#me?.role === "player";
    const host = state.host === this.#me?.user;
    const played = Boolean(state.result);
    const open = state.phase === "open";
    setText(why, open ? startWords(state, this.#me?.user) : "The match is running.");
    watch.hidden = !plays || !open;
    sit.hidden = plays || !open;
    sit.disabled = players.length >= state.max_players;
    ready.hidden = !plays || !open || state.start !== "ready";
    setText(ready, this.#me?.ready ? "Not ready" : "Ready");
    ready.setAttribute("aria-pressed", String(Boolean(this.#me?.ready)));
    rematch.hidden = !plays || !open || !played;
    rematch.disabled = Boolean(this.#me?.rematch);
    const asked = players.filter((member) => member.rematch).length;
    setText(
      rematch,
      asked
        ? `Rematch (${asked} of ${players.filter((member) => !member.away).length})`
        : "Rematch",
    );
    start.hidden = !host || !open;
    // One button is what most come for.
    const asksAll = !ready.hidden && rematch.hidden;
    ready.classList.toggle("primary", asksAll && !this.#me?.ready);
    start.classList.toggle("primary", plays && rematch.hidden && !asksAll);
  }

  async #copyLink() {
    const link = shareLink(this.#state.code);
    try {
      await navigator.clipboard.writeText(link);
      toast("Link copied. Whoever opens it joins this lobby.");
    } catch {
      toast(link); // no clipboard without a secure context: show it instead
    }
  }
}
