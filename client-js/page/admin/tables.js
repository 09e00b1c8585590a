import { el, keyed, setText } from "../dom.js";

/** What administrators see, brought up to date in place, so that a button stays where it is under the pointer. */

const SURE = 3000; // ms in which a second click does it

/**
 * A row of cells, as many as the table has heads, and in the last of them buttons: `{name: action}`. Each asks once: it does it at the second click. A
 * cell knows its head, which narrow screens show beside it.
 */
function row(body, buttons) {
  const heads = [...body.closest("table").tHead.rows[0].cells].slice(0, -1);
  return el(
    "tr",
    {},
    ...heads.map((head) => el("td", { class: head.className, data: { head: head.textContent } })),
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

/** @param {object} s a status, with `state` and `lobbies` */
export const showFigures = (list, s) =>
  showPairs(list, [
    ["state", s.state],
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
    make: ({ id }) => row(body, { "End match": () => stop(id), "Close lobby": () => close(id) }),
    update: (node, lobby) => {
      fill(node, [
        lobby.private ? `${lobby.name} (private)` : lobby.name,
        lobby.game,
        lobby.phase,
        `${lobby.players} of ${lobby.max_players}, ${lobby.spectators} watching`,
        lobby.host,
        lobby.node,
        lobby.id,
      ]);
      node.lastElementChild.firstElementChild.disabled = lobby.phase !== "playing";
    },
  });
}

export function showSessions(body, sessions, { kick }) {
  keyed(body, sessions, {
    key: (session) => session.session,
    make: ({ user }) => row(body, { Kick: () => kick(user) }),
    update: (node, s) =>
      fill(node, [
        s.name,
        s.user,
        s.node,
        s.away ? "away" : "connected",
        s.rtt ? `${s.rtt} ms` : "",
        s.drops,
        s.match,
        s.seat || "",
      ]),
  });
}

/** How a node is, in a word, and how bad that is. */
function stateOf(node) {
  if (!node.status) return node.seen > GONE ? ["gone", "bad"] : ["silent", "bad"];
  return node.draining ? ["draining", "warn"] : ["ready", "good"];
}

const GONE = 2000; // ms: a node tells of itself twice a second
const seen = (ms) => (ms < GONE ? "now" : `${Math.round(ms / 1000)} s ago`);

export function showNodes(body, nodes, { drain }) {
  keyed(body, nodes, {
    key: (node) => node.node,
    make: ({ node }) => row(body, { Drain: () => drain(node) }),
    update: (node, n) => {
      const [state, mood] = stateOf(n);
      fill(node, [
        n.self ? `${n.node} (this one)` : n.node,
        state,
        [n.lobbies && "lobbies", n.capacity > 0 && "matches"].filter(Boolean).join(", "),
        n.capacity > 0 ? `${n.load} of ${n.capacity}` : "",
        n.capacity > 0 ? ms(n.late) : "",
        n.status ? n.status.sessions : "",
        n.region,
        n.version,
        n.address || n.internal,
        seen(n.seen),
      ]);
      node.children[1].className = mood;
      node.lastElementChild.firstElementChild.disabled = n.draining || !n.status;
    },
  });
}

export function showMatches(body, matches, { stop }) {
  keyed(body, matches, {
    key: (match) => match.match,
    make: ({ lobby }) => row(body, { "End match": () => stop(lobby) }),
    update: (node, m) => {
      fill(node, [
        m.match,
        m.game,
        m.node,
        m.epoch,
        m.state,
        `${m.players}, ${m.linked} connected`,
        m.rtt ? `${m.rtt} ms` : "",
        m.unsaved ? `${Math.round(m.unsaved)} ms ago` : "none",
        m.lobby,
      ]);
      node.children[4].className = m.state === "held" ? "bad" : "";
      node.lastElementChild.firstElementChild.disabled = m.state === "over";
    },
  });
}
