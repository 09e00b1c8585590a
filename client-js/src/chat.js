import { Emitter } from "./emitter.js";
import { listOf } from "./payload.js";

/** Messages that are kept; the server keeps as many. */
const KEPT = 100;
/** How long the server believes that someone types without hearing it again is twice this, in milliseconds. */
const TYPING_EVERY = 2500;
/** Time until the history is asked for again when the server refused it or did not answer, in milliseconds. */
const LOAD_AGAIN = 2000;

/** @typedef {{id: number, user: string, name: string, text: string, at: number}} Message `at` is Unix ms */

/**
 * The chat of the lobby one is in, the channel `chat`. Requests reject with a RequestError.
 *
 * Events: `message` (Message), from everyone, oneself too; `typing` ({user, on}); `joined` ({user, name, role});
 * `left` ({user, name, reason}); `history` (Message[]) when all that is kept is known, or known anew: in
 * another lobby, or after events were missed. It is asked for only while somebody listens to that.
 */
export class Chat {
  /** @type {readonly Message[]} the newest, the oldest of them first; replaced, never changed */
  messages = [];
  /** @type {Set<string>} users other than oneself who type */
  typists = new Set();

  #request;
  #timers;
  #emitter;
  /** @type {string | null} */
  #lobby = null;
  #loaded = false;
  #open = false;
  /** When it was last told that one types; 0: one does not. */
  #typing = 0;
  /** @type {any} */
  #timer = null;

  /**
   * @param {(name: string, payload: any) => Promise<any>} request on the channel
   * @param {import("./options.js").Timers} timers
   * @param {(error: unknown) => void} report
   */
  constructor(request, timers, report) {
    this.#request = request;
    this.#timers = timers;
    this.#emitter = new Emitter(report);
  }

  /**
   * @param {"message" | "typing" | "joined" | "left" | "history"} name
   * @param {(value: any) => void} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    const off = this.#emitter.on(name, handler);
    if (name === "history") {
      if (this.#loaded) this.#emitter.call(handler, this.messages);
      else this.#load();
    }
    return off;
  }

  /** @param {string} text @returns {Promise<Message>} what everyone is told, cleaned */
  async say(text) {
    this.#typing = 0; // the server ends it
    return this.#request("say", { text });
  }

  /**
   * Says that one types, or does not any more. It may be called at every key: the server is told when it needs to be, and
   * a refusal is passed over, since typing ends by itself.
   * @param {boolean} [on]
   */
  typing(on = true) {
    const now = this.#timers.now();
    if (on ? this.#typing > 0 && now - this.#typing < TYPING_EVERY : this.#typing === 0) return;
    this.#typing = on ? now || 1 : 0;
    this.#request("typing", { on }).catch(() => {});
  }

  /**
   * @param {number} [after] id of the last message that is known
   * @returns {Promise<{messages: Message[], last: number, typing: string[]}>}
   */
  history(after = 0) {
    return this.#request("history", { after });
  }

  /** @param {string} user @param {boolean} on whether the user may not speak; for the host */
  async mute(user, on) {
    await this.#request("mute", { user, on });
  }

  /** The connection is there (again). @internal */
  _opened() {
    this.#open = true;
    if (!this.#loaded) this.#load();
  }

  /** The connection is gone. @internal */
  _dropped() {
    this.#open = false;
    this.#typing = 0;
    this.#timers.clearTimeout(this.#timer);
  }

  /** @param {string | null} id of the lobby one is in @internal */
  _lobby(id) {
    if (id === this.#lobby) return;
    // Messages of a lobby can come before its first state: what there is is dropped on the way out, not on the way in.
    if (this.#lobby !== null) {
      this.messages = [];
      this.typists.clear();
    }
    this.#lobby = id;
    this.#loaded = false;
    this.#typing = 0;
    if (id !== null) this.#load();
  }

  /** @param {import("./frames.js").GameEvent} event @internal */
  _event({ name, payload }) {
    if (name === "message") {
      if (!isMessage(payload) || this.#knows(payload.id)) return;
      this.#merge([payload]);
    } else if (name === "typing") {
      this.#type(payload?.user, payload?.on === true);
    } else if (name !== "joined" && name !== "left") return;
    this.#emitter.emit(name, payload);
  }

  /** @param {number} id */
  #knows(id) {
    return this.messages.some((m) => m.id === id);
  }

  /** @param {Message[]} more */
  #merge(more) {
    const all = [...this.messages, ...more.filter((m) => !this.#knows(m.id))];
    this.messages = all.sort((a, b) => a.id - b.id).slice(-KEPT);
  }

  /** @param {any} user @param {boolean} on */
  #type(user, on) {
    if (typeof user !== "string") return;
    if (on) this.typists.add(user);
    else this.typists.delete(user);
  }

  async #load() {
    this.#timers.clearTimeout(this.#timer);
    const lobby = this.#lobby;
    if (lobby === null || !this.#open || !this.#emitter.has("history")) return;
    try {
      const { messages, typing } = await this.history();
      if (lobby !== this.#lobby) return;
      this.#loaded = true;
      this.#merge(listOf(messages).filter(isMessage));
      // Events that came before the reply are in it.
      this.typists.clear();
      for (const user of listOf(typing)) this.#type(user, true);
      this.#emitter.emit("history", this.messages);
    } catch (error) {
      const none = /** @type {any} */ (error).code === "unknown-request"; // a server without chat
      if (none || !this.#open || lobby !== this.#lobby) return;
      this.#timer = this.#timers.setTimeout(() => this.#load(), LOAD_AGAIN);
    }
  }
}

/** @param {any} m */
const isMessage = (m) =>
  [m?.id, m?.at].every(Number.isInteger) &&
  [m.user, m.name, m.text].every((v) => typeof v === "string");
