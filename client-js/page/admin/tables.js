import { el, keyed, setText } from "../dom.js";

/** What administrators see, brought up to date in place, so that a button stays where it is under the pointer. */

const SURE = 3000; // ms in which a second click does it

/** A row of cells and, at its end, buttons: `{name: action}`. Each asks once: it does it at the second click. */
function row(cells, buttons) {
  return el(
    "tr",
    {},
    ...Array.from({ length: cells }, () => el("td")),
    el("td", {}, ...Object.entries(buttons).map(([name, action]) => twice(name, action))),
  );
}

function twice(name, action) {
  let timer = 0;
  const calm = () => {
    clearTimeout(timer);
    timer = 0;
    button.classList.remove("sure");
    setText(button, name);
  };
  const button = el("button", {
    type: "button",
    text: name,
    on: {
      click: () => {
        if (timer) {
          calm();
          action();
          return;
        }
        button.classList.add("sure");
        setText(button, `${name}: sure?`);
        timer = setTimeout(calm, SURE);
      },
    },
  });
  return button;
}

/** Writes texts into a row's cells. */
function fill(node, texts) {
  texts.forEach((text, i) => {
    setText(node.children[i], String(text));
    if (node.children[i].title !== String(text)) node.children[i].title = String(text);
  });
}

/** Figures with names: `[name, value]`. */
function showPairs(list, pairs) {
  keyed(list, pairs, {
    key: ([name]) => name,
    make: ([name]) => el("div", {}, el("dt", { text: name }), el("dd")),
    update: (node, [, value]) => setText(node.lastElementChild, String(value)),
  });
}

const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

export const showFigures = (list, s) =>
  showPairs(list, [
    ["state", s.draining ? "draining" : "ready"],
    ["sessions", s.sessions],
    ["connections", s.connections],
    ["lobbies", s.lobbies.length],
    ["matches", s.matches],
    ["players", s.players],
    ["ticks", s.ticks],
    ["late", s.late],
    ["slipped", s.slipped],
    ["lateness p99", ms(s.lateness)],
    ["step p99", ms(s.step)],
  ]);

export const showDrops = (list, drops) =>
  showPairs(
    list,
    Object.entries(drops).sort((a, b) => b[1] - a[1]),
  );

export function showLobbies(body, lobbies, { stop, close }) {
  keyed(body, lobbies, {
    key: (lobby) => lobby.id,
    make: ({ id }) => row(6, { "End match": () => stop(id), "Close lobby": () => close(id) }),
    update: (node, lobby) => {
      fill(node, [
        lobby.private ? `${lobby.name} (private)` : lobby.name,
        lobby.game,
        lobby.phase,
        `${lobby.players} of ${lobby.max_players}, ${lobby.spectators} watching`,
        lobby.host,
        lobby.id,
      ]);
      node.lastElementChild.firstElementChild.disabled = lobby.phase !== "playing";
    },
  });
}

export function showSessions(body, sessions, { kick }) {
  keyed(body, sessions, {
    key: (session) => session.session,
    make: ({ user }) => row(7, { Kick: () => kick(user) }),
    update: (node, s) =>
      fill(node, [
        s.name,
        s.user,
        s.away ? "away" : "connected",
        s.rtt ? `${s.rtt} ms` : "",
        s.drops,
        s.match,
        s.seat || "",
      ]),
  });
}
