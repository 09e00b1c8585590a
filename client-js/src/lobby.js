import { Chat } from "./chat.js";
import { Emitter } from "./emitter.js";
import { Watchlist } from "./watchlist.js";

/** Time until a refused or unanswered `watch` is tried again, in milliseconds. */
const WATCH_AGAIN = 2000;

/** @typedef {import("./watchlist.js").Summary} Summary */
/** @typedef {import("../types/lobby.js").State} State a lobby in full, protocol section 4.1 */

/**
 * The `lobby` channel. Requests reject with a RequestError.
 *
 * Events: `state` (State or null) whenever the lobby one is in changes; `closed` ({id, reason}) when
 * one was put out of it.
 */
export class Lobby {
  /** @type {State | null} the lobby one is in */
  state = null;
  chat;

  #request;
  #exited;
  #timers;
  #emitter;
  #watchers;
  #list = new Watchlist();
  /** Whether the list is whole, and not being asked for. */
  #listed = false;
  #open = false;
  /** @type {any} */
  #timer = null;

  /**
   * @param {(name: string, payload: any) => Promise<any>} request on the channel
   * @param {import("./options.js").Timers} timers
   * @param {(error: unknown) => void} report
   * @param {(name: string, payload: any) => Promise<any>} chat is a request on the channel `chat`
   * @param {() => Promise<unknown>} exited resolves when the end of the present room, if there is one, has been told
   */
  constructor(request, timers, report, chat, exited) {
    this.chat = new Chat(chat, timers, report);
    this.#request = request;
    this.#exited = exited;
    this.#timers = timers;
    this.#emitter = new Emitter(report);
    this.#watchers = new Emitter(report);
  }

  /**
   * @param {"state" | "closed"} name
   * @param {(value: any) => void} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    return this.#emitter.on(name, handler);
  }

  /** @returns {Promise<Summary[]>} the public lobbies */
  async list() {
    return (await this.#request("list", null)).lobbies;
  }

  /** @returns {Promise<any[]>} the games to be had */
  async games() {
    return (await this.#request("games", null)).games;
  }

  /**
   * @param {{game: string, name?: string, private?: boolean, max_players?: number, start?: string,
   *   settings?: Record<string, number>}} what
   * @returns {Promise<State>}
   */
  async create(what) {
    return this.#entered(await this.#request("create", what));
  }

  /**
   * @param {{id?: string, code?: string, spectate?: boolean}} which by id or by join code
   * @returns {Promise<State>}
   */
  async join(which) {
    return this.#entered(await this.#request("join", which));
  }

  /** @returns {Promise<void>} when the room, if there was one, has told its `exit`, which comes from its match, a tick after the reply */
  async leave() {
    await this.#request("leave", null);
    this._reset();
    await this.#exited();
  }

  /** @param {boolean} ready */
  async ready(ready) {
    await this.#request("ready", { ready });
  }

  /** @param {boolean} spectate whether to watch, or to take a place; in a running match, too */
  async spectate(spectate) {
    await this.#request("spectate", { spectate });
  }

  /** @param {Record<string, any>} changes `name`, `private`, `max_players`, `start`, `settings`; for the host */
  async settings(changes) {
    await this.#request("settings", changes);
  }

  /** @param {string} user for the host */
  async kick(user) {
    await this.#request("kick", { user });
  }

  /** @param {string} user becomes the host */
  async host(user) {
    await this.#request("host", { user });
  }

  async start() {
    await this.#request("start", null);
  }

  async rematch() {
    await this.#request("rematch", null);
  }

  /**
   * The live list of lobbies: `handler` gets all of it at once, when it is there, and again on each
   * change, over lost connections too.
   * @param {(list: Summary[]) => void} handler
   * @returns {() => void} stops it
   */
  watch(handler) {
    const first = !this.#watchers.has("list");
    const off = this.#watchers.on("list", handler);
    if (first) this.#subscribe();
    else if (this.#listed) this.#watchers.call(handler, this.#list.list());
    return () => {
      const had = this.#watchers.has("list");
      off();
      if (had && !this.#watchers.has("list")) this.#unsubscribe();
    };
  }

  /** The connection is there (again). @internal */
  _opened() {
    this.#open = true;
    this.chat._opened();
    if (this.#watchers.has("list")) this.#subscribe();
  }

  /** The connection is gone. @internal */
  _dropped() {
    this.#open = false;
    this.chat._dropped();
    this.#timers.clearTimeout(this.#timer);
  }

  /** One is in no lobby, or not known to be in one. @internal */
  _reset() {
    if (this.state !== null) this.#set(null);
  }

  /** @param {import("./frames.js").GameEvent} event @internal */
  _event({ name, payload }) {
    if (name === "state") {
      if (typeof payload?.id === "string") this.#set(payload);
    } else if (name === "closed") {
      if (payload?.id !== this.state?.id) return;
      this.#emitter.emit("closed", payload);
      this._reset();
    } else if (name === "list" && this.#watchers.has("list")) {
      this.#list.merge(payload, this.#listed);
      if (this.#listed) this.#watchers.emit("list", this.#list.list());
    }
  }

  /** @param {State | null} state one older than what is known is passed over */
  #set(state) {
    if (state !== null && state.id === this.state?.id && state.rev < this.state.rev) return;
    this.state = state;
    this.chat._lobby(state?.id ?? null);
    this.#emitter.emit("state", state);
  }

  /** @param {{lobby: State}} reply */
  #entered({ lobby }) {
    // The event of one's own entering tells the same, and may have come first.
    if (lobby.id !== this.state?.id || lobby.rev > this.state.rev) this.#set(lobby);
    return this.state ?? lobby;
  }

  async #subscribe() {
    this.#timers.clearTimeout(this.#timer);
    if (!this.#open) return;
    this.#listed = false;
    this.#list.expect();
    try {
      const whole = await this.#request("watch", { on: true });
      if (!this.#watchers.has("list")) return;
      this.#list.replace(whole);
      this.#listed = true;
      this.#watchers.emit("list", this.#list.list());
    } catch {
      // Over a new connection it is tried anyway; over this one a little later.
      if (!this.#open || !this.#watchers.has("list")) return;
      this.#timer = this.#timers.setTimeout(() => this.#subscribe(), WATCH_AGAIN);
    }
  }

  #unsubscribe() {
    this.#timers.clearTimeout(this.#timer);
    this.#listed = false;
    // Whether or not it is heard, nobody is shown the list any more.
    if (this.#open) this.#request("watch", { on: false }).catch(() => {});
  }
}
