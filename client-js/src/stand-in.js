import { RequestError } from "./requests.js";

/** Methods of lobby, chat and presence that return at once; test-types/agrees.test-d.ts holds all of these lists to the classes. */
export const atOnce = /** @type {const} */ ({
  lobby: ["on", "watch"],
  chat: ["on", "typing"],
  presence: ["on"],
});
/** Those that ask the server. */
export const asking = /** @type {const} */ ({
  lobby: [
    "list",
    "games",
    "create",
    "join",
    "leave",
    "ready",
    "spectate",
    "settings",
    "kick",
    "host",
    "start",
    "rematch",
  ],
  chat: ["say", "history", "mute"],
  presence: ["watch", "unwatch", "follow", "setAway"],
});

/** @typedef {{lobby: import("./lobby.js").Lobby, presence: import("./presence.js").Presences}} Others */

/**
 * Stand for lobby and presence, whose classes load later: nothing has come yet, nothing can be asked before there is a connection, and
 * handlers are put on the objects when they are there. From then on these are only for who has kept them, and do as those do.
 * @param {() => Others | null} others those, once they are there
 * @param {Promise<void>} met resolves when they are
 * @returns {Others}
 */
export function standIns(others, met) {
  /**
   * @param {keyof typeof atOnce} what
   * @param {Record<string, any>} first what is read of it until then
   * @param {(others: Others) => any} find
   */
  const standIn = (what, first, find) => {
    /** What is stood for, or null. */
    const real = () => {
      const there = others();
      return there && find(there);
    };
    /** @type {Record<string, any>} */
    const it = {};
    for (const name of Object.keys(first)) {
      Object.defineProperty(it, name, { get: () => (real() ?? first)[name] });
    }
    for (const name of atOnce[what]) {
      it[name] = (/** @type {any[]} */ ...args) => {
        if (real()) return real()[name](...args);
        let off = () => {};
        let over = false;
        met.then(() => {
          if (!over) off = real()[name](...args);
        });
        return () => {
          over = true;
          off();
        };
      };
    }
    for (const name of asking[what]) {
      it[name] = async (/** @type {any[]} */ ...args) => {
        if (!real()) throw new RequestError("dropped", "", "not connected");
        return real()[name](...args);
      };
    }
    return it;
  };
  const chat = standIn("chat", { messages: [], typists: new Set() }, ({ lobby }) => lobby.chat);
  return /** @type {any} */ ({
    lobby: standIn("lobby", { state: null, chat }, ({ lobby }) => lobby),
    presence: standIn("presence", { states: new Map() }, ({ presence }) => presence),
  });
}
