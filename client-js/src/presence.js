import { Emitter } from "./emitter.js";
import { listOf } from "./payload.js";

/** Users whose states are kept. */
const MAX_KNOWN = 1000;

/**
 * @typedef {{user: string, state: "offline" | "away" | "online" | "lobby" | "match", since: number}} Presence
 *   `since` is Unix ms, 0 for not known
 */

/**
 * Who is there, the channel `presence`. What is watched stays so over lost connections and lost sessions. Requests reject
 * with a RequestError.
 *
 * Events: `presence` (Presence) when a user who is watched changes.
 */
export class Presences {
  /** @type {Map<string, Presence>} what is known of those who are watched, by user */
  states = new Map();

  #request;
  #emitter;
  /** @type {Set<string>} */
  #users = new Set();
  #follows = false;
  #away = false;
  /** Whether the server may not know what is wanted, or the states may be old. */
  #stale = false;

  /**
   * @param {(name: string, payload: any) => Promise<any>} request on the channel
   * @param {(error: unknown) => void} report
   */
  constructor(request, report) {
    this.#request = request;
    this.#emitter = new Emitter(report);
  }

  /**
   * @param {"presence"} name
   * @param {(presence: Presence) => void} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    return this.#emitter.on(name, handler);
  }

  /** @param {string[]} users by id @returns {Promise<Presence[]>} what they are now */
  async watch(users) {
    const all = this.#took(await this.#request("watch", { users }));
    for (const user of users) this.#users.add(user);
    return all;
  }

  /** @param {string[]} users */
  async unwatch(users) {
    for (const user of users) {
      this.#users.delete(user);
      this.states.delete(user);
    }
    await this.#request("unwatch", { users });
  }

  /**
   * Watches everyone else in one's own lobby, whichever that is.
   * @param {boolean} [on]
   * @returns {Promise<Presence[]>} what they are now
   */
  async follow(on = true) {
    const all = this.#took(await this.#request(on ? "watch" : "unwatch", { lobby: true }));
    this.#follows = on;
    if (!on) this.#onlyWatched();
    return all;
  }

  /** @param {boolean} away @returns {Promise<Presence>} what one is now, all of one's sessions considered */
  async setAway(away) {
    const { users } = await this.#request("set", { away });
    this.#away = away;
    return users[0];
  }

  /** @param {boolean} fresh whether the session is new, or missed events @internal */
  _opened(fresh) {
    this.#stale ||= fresh;
    if (this.#stale) this.#restore();
  }

  /** @param {string | null} id of the lobby one is in @internal */
  _lobby(id) {
    if (id === null) this.#onlyWatched();
  }

  /** @param {import("./frames.js").GameEvent} event @internal */
  _event({ name, payload }) {
    if (name === "presence" && this.#newer(payload)) this.#emitter.emit("presence", payload);
  }

  async #restore() {
    this.states.clear();
    try {
      if (this.#users.size > 0 || this.#follows) {
        const all = await this.#request("watch", { users: [...this.#users], lobby: this.#follows });
        for (const presence of this.#took(all)) this.#emitter.emit("presence", presence);
      }
      if (this.#away) await this.#request("set", { away: true });
      this.#stale = false;
    } catch {
      // Over the next connection it is tried again.
    }
  }

  /** A state of a user that is no news can come when a reply is overtaken by an event. @param {any} p */
  #newer(p) {
    if (typeof p?.user !== "string" || typeof p.state !== "string") return false;
    const known = this.states.get(p.user);
    if (known ? !(p.since > known.since) : this.states.size >= MAX_KNOWN) return false;
    this.states.set(p.user, p);
    return true;
  }

  /** @param {any} reply @returns {Presence[]} the newest that is known of its users */
  #took(reply) {
    const users = listOf(reply?.users);
    return users.map((/** @type {any} */ p) =>
      this.#newer(p) ? p : (this.states.get(p?.user) ?? p),
    );
  }

  #onlyWatched() {
    for (const user of this.states.keys()) if (!this.#users.has(user)) this.states.delete(user);
  }
}
