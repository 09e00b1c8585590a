import { connect } from "../client.mjs";
import { byId, setText } from "../dom.js";
import { refusal } from "../words.js";
import {
  showDrops,
  showFigures,
  showLobbies,
  showMatches,
  showNodes,
  showSessions,
} from "./tables.js";
import { together } from "./together.js";

/**
 * The page for administrators: asks the channel "admin" once a second what there is, and does what its buttons say. Everything that
 * matters is checked by the server: without the role, the page is of no use.
 */

const EVERY = 1000; // ms

let net = null;
/** Ids of the last sessions of the pages before this one. */
let before = [];
let last = "";
/** Counts who has signed in, so that a round for one who has left ends. */
let turn = 0;

const ask = (name, payload = null) => net.request("admin", name, payload);

/** Does what a button says, then looks. */
async function act(name, payload) {
  try {
    await ask(name, payload);
    setText(byId("trouble"), "");
  } catch (error) {
    setText(byId("trouble"), refusal(error));
  }
  await look().catch(() => {}); // the next round says what is wrong
}

async function look() {
  const [status, page, { nodes }, running] = await Promise.all([
    ask("status"),
    ask("sessions", { after: before.at(-1) ?? "" }),
    ask("nodes"),
    ask("matches"),
  ]);
  showService(nodes, running);
  const many = nodes.length > 0;
  const all = many ? together(nodes.flatMap((n) => n.status ?? [])) : status;
  const state = many ? `${nodes.length} nodes` : status.draining ? "draining" : "ready";
  const sessions = page.count; // without those that nodes have with each other, one for each player they relay for
  showFigures(byId("figures"), { ...all, state, sessions, lobbies: status.lobbies });
  showDrops(byId("drops"), all.drops);
  showLobbies(byId("lobbies"), status.lobbies, {
    stop: (lobby) => act("stop", { lobby }),
    close: (lobby) => act("close", { lobby }),
  });
  showSessions(byId("sessions"), page.sessions, { kick: (user) => act("kick", { user }) });
  last = page.sessions.at(-1)?.session ?? "";
  byId("more").hidden = !page.more;
  byId("first").hidden = before.length === 0;
}

/** What there is of several nodes, and of one that is alone is not shown. */
function showService(nodes, { matches, count }) {
  const many = nodes.length > 0;
  document.body.classList.toggle("service", many);
  byId("nodes-part").hidden = byId("matches-part").hidden = !many;
  showNodes(byId("nodes"), nodes, { drain: (node) => act("drain", { node }) });
  showMatches(byId("matches"), matches, { stop: (lobby) => act("stop", { lobby }) });
  byId("matches-more").hidden = count <= matches.length;
  setText(byId("matches-more"), `and ${count - matches.length} more`);
}

/** Looks again and again until someone else signs in, or nobody. */
async function follow() {
  const mine = turn;
  while (mine === turn) {
    try {
      await look();
      document.querySelector("main").hidden = false;
      byId("enter").hidden = true;
    } catch (error) {
      if (mine !== turn) return;
      if (error?.code === "forbidden") return leave("This token has not the role admin.");
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

function enter(token) {
  leave("");
  net = connect({ auth: ["jwt", token], resume: "off" });
  net.on("status", ({ state, code, name }) => {
    setText(byId("link"), state === "open" ? "live" : `${state} ${code ? `(${name})` : ""}`.trim());
    if (state !== "closed") return;
    leave(
      code === 4508
        ? "This token is not taken: another key signed it, it is for another service, or it is not valid yet."
        : `Not connected: ${name || "closed"}.`,
    );
  });
  byId("leave").hidden = false;
  follow();
}

/** @param {string} why to say so */
function leave(why) {
  turn++;
  const old = net;
  net = null;
  before = [];
  old?.close();
  document.querySelector("main").hidden = true;
  byId("enter").hidden = false;
  byId("leave").hidden = true;
  setText(byId("link"), why);
}

byId("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("token");
  enter(field.value.trim());
  field.value = "";
});
byId("leave").addEventListener("click", () => leave(""));
byId("more").addEventListener("click", () => {
  before.push(last);
  look().catch(() => {});
});
byId("first").addEventListener("click", () => {
  before = [];
  look().catch(() => {});
});

// Whether any token could be good is said before somebody looks for one.
fetch("./admin/keys")
  .then((answer) => (answer.ok ? answer.text() : ""))
  .then((said) => (byId("no-keys").hidden = said.trim() !== "none"))
  .catch(() => {}); // signing in says what is wrong with the line
