import { el, setText } from "./dom.js";
import { HUES } from "./palette.js";
import { typingWords } from "./typing-words.js";

const MAX_LINES = 200; // of the log, notices included
const AT_END = 40; // px from the end within which a reader follows what is new

/** The chat of the lobby: what was said, who came and went, who types, and a line of one's own. */
export class LobbyChat {
  #actions;
  #lobby = null;
  #me = "";
  #names = new Map(); // of members, by user
  #muted = false;
  #last = ""; // user of the message at the end of the log, which the next one by the same user joins
  #typists = [];

  constructor(actions) {
    this.#actions = actions;
    this.log = el("div", {
      class: "chat-log",
      role: "log",
      tabindex: "0",
      "aria-label": "Messages",
    });
    this.empty = el("p", { class: "chat-empty", text: "Nothing said yet. Say hello." });
    this.typing = el("p", { class: "chat-typing", "aria-live": "off" });
    this.input = el("input", {
      id: "chat-text",
      maxlength: "500",
      autocomplete: "off",
      enterkeyhint: "send",
      on: { input: () => actions.typing(this.input.value.trim() !== "") },
    });
    this.send = el("button", { type: "submit", text: "Send" });
    this.root = el(
      "section",
      { class: "panel chat", "aria-label": "Chat" },
      el("div", { class: "panel-head" }, el("h2", { text: "Chat" }), this.typing),
      this.log,
      el(
        "form",
        { class: "chat-form", on: { submit: (event) => this.#submit(event) } },
        el("label", { class: "sr", for: "chat-text", text: "Message to the lobby" }),
        this.input,
        this.send,
      ),
    );
    this.#clear();
  }

  /** Another state of the lobby: members' names, and whether one may speak. */
  update(state, user) {
    if (state.id !== this.#lobby) {
      this.#lobby = state.id;
      this.input.value = "";
    }
    this.#me = user;
    this.#names = new Map(state.members.map((member) => [member.user, member.name]));
    this.#muted = state.members.some((member) => member.user === user && member.muted);
    this.input.disabled = this.send.disabled = this.#muted;
    this.input.placeholder = this.#muted ? "The host has muted you" : "Message";
    this.#showTypists();
  }

  /** All that is known, in place of what is shown. */
  history(messages) {
    this.#clear();
    for (const message of messages) this.#add(this.#message(message), message.user);
    this.log.scrollTop = this.log.scrollHeight;
  }

  message(message) {
    const own = message.user === this.#me;
    this.#keepEnd(() => this.#add(this.#message(message), message.user), own);
  }

  joined({ name, role }) {
    this.#notice(`${name} ${role === "spectator" ? "came to watch" : "joined"}`);
  }

  left({ name, reason }) {
    const how = { kicked: "was removed by the host", expired: "was away too long" };
    this.#notice(`${name} ${how[reason] ?? "left"}`);
  }

  /** @param users who type, other than oneself */
  typists(users) {
    this.#typists = users;
    this.#showTypists();
  }

  async #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    const sent = await this.#actions.say(text);
    // What was refused is not lost, unless something else is being written.
    if (!sent && this.input.value === "") this.input.value = text;
  }

  #message({ user, name, text, at }) {
    const time = new Date(at);
    const line = el("span", { text, title: clock(time) });
    if (user === this.#last) return el("p", { class: "said follows" }, line);
    const who = el("b", { text: user === this.#me ? `${name} (you)` : name });
    who.style.color = colourOf(user);
    const when = el("time", { datetime: time.toISOString(), text: clock(time) });
    return el("p", { class: "said" }, who, when, line);
  }

  #notice(text) {
    this.#keepEnd(() => this.#add(el("p", { class: "chat-notice", text }), ""), false);
  }

  #add(line, user) {
    this.empty.remove();
    this.log.append(line);
    this.#last = user;
    while (this.log.children.length > MAX_LINES) this.log.firstChild.remove();
  }

  /** Follows what is new, unless the reader has scrolled up. */
  #keepEnd(add, always) {
    const { log } = this;
    const follow = always || log.scrollHeight - log.scrollTop - log.clientHeight < AT_END;
    add();
    if (follow) log.scrollTop = log.scrollHeight;
  }

  #clear() {
    this.#last = "";
    this.log.replaceChildren(this.empty);
  }

  #showTypists() {
    const words = typingWords(this.#typists.map((user) => this.#names.get(user)).filter(Boolean));
    setText(this.typing, words);
    this.typing.classList.toggle("on", words !== "");
  }
}

const clock = (time) => time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** The same colour for the same user, for everyone. */
function colourOf(user) {
  let sum = 0;
  for (let i = 0; i < user.length; i++) sum = (31 * sum + user.charCodeAt(i)) >>> 0;
  return HUES[sum % HUES.length];
}
