import { ClosedError } from "./client.js";
import { RequestError } from "./requests.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./room.js").Room} Room */

/** Lobbies that are tried before one is made, and how often all of it is tried where others were quicker. */
const MOST_JOINED = 8;
const MOST_ROUNDS = 4;
/** What a lobby refuses with that was seen to have a place: another one may have it. */
const ELSEWHERE = new Set(["full", "not-found", "forbidden", "wrong-phase"]);

/**
 * @typedef {object} Entering
 * @property {AbortSignal} [signal] gives it up, and leaves the lobby that was entered for it
 *
 * @typedef {object} Wanted of a lobby that is made if none can be joined
 * @property {string} [name]
 * @property {boolean} [private]
 * @property {number} [max_players]
 * @property {"host" | "ready" | "full"} [start]
 * @property {Record<string, number>} [settings]
 * @property {number} [min] players with whom it is started, if it is one's own to start; 1 by default, and at least the game's own
 */

/**
 * Enters a match of a game: one that runs or is to begin and has a free place, the fullest first, else one of one's own. Who is in a lobby
 * of that game stays in it.
 * @param {Client} net
 * @param {string} game
 * @param {Wanted & Entering} [wanted]
 * @returns {Promise<Room>} with its first full state; rejects with a RequestError, a ClosedError or the signal's reason
 */
export function joinOrCreate(net, game, { signal, min = 1, ...wanted } = {}) {
  const entered = async () => {
    for (let round = 1; ; round++) {
      try {
        const lobbies = await net.lobby.list();
        const { state } = net.lobby;
        if (state?.game === game) return;
        if (state) throw new RequestError("already", "", "you are in a lobby of another game");
        if (await joinedOne(net, lobbies, game)) return;
        await net.lobby.create({ game, ...wanted });
        return;
      } catch (error) {
        // Whoever was quicker, for a place or for the last lobby there was room for, has left other places.
        if (round === MOST_ROUNDS || codeOf(error) !== "full") throw error;
      }
    }
  };
  return enter(net, entered, min, signal);
}

/**
 * Watches a lobby's match, or its next one.
 * @param {Client} net
 * @param {string} id of the lobby
 * @param {Entering} [entering]
 * @returns {Promise<Room>} as above; its `seat` is 0
 */
export function watch(net, id, { signal } = {}) {
  const entered = async () => {
    await net.lobby.list();
    if (net.lobby.state?.id !== id) await net.lobby.join({ id, spectate: true });
  };
  return enter(net, entered, Number.POSITIVE_INFINITY, signal);
}

/**
 * Joins the best that has a place.
 * @param {Client} net @param {any[]} lobbies @param {string} game
 */
async function joinedOne(net, lobbies, game) {
  const places = lobbies
    .filter((l) => l.game === game && l.players < l.max_players)
    .sort(
      (a, b) =>
        Number(b.phase === "playing") - Number(a.phase === "playing") || b.players - a.players,
    );
  for (const { id } of places.slice(0, MOST_JOINED)) {
    try {
      await net.lobby.join({ id });
      return true;
    } catch (error) {
      if (!ELSEWHERE.has(codeOf(error))) throw error;
    }
  }
  return false;
}

/**
 * Sees to it that one is in a lobby, starts its match if that is to be done by oneself, and waits for the match.
 * @param {Client} net
 * @param {() => Promise<void>} entered puts one into the lobby
 * @param {number} min players to start with
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<Room>}
 */
function enter(net, entered, min, signal) {
  return new Promise((resolve, reject) => {
    /** @type {(() => void)[]} */
    const offs = [];
    let isOver = false;
    let isEntering = false;
    let started = "";
    /** @param {() => void} tell */
    const end = (tell) => {
      if (isOver) return;
      isOver = true;
      for (const off of offs) off();
      tell();
    };
    const fail = (/** @type {unknown} */ error) => end(() => reject(error));

    /** A lost connection is waited out: what was asked for over it is asked for again. @param {unknown} error */
    const failed = (error) => {
      const code = codeOf(error);
      if (net.status.state === "closed") fail(new ClosedError(net.status.code, net.status.name));
      else if (code !== "dropped" && code !== "timeout") fail(error);
      else if (net.status.state === "open") begin();
    };
    const begin = () => {
      if (isEntering || isOver) return;
      isEntering = true;
      entered()
        .finally(() => {
          isEntering = false;
        })
        .then(look, failed);
    };
    const look = () => {
      const { state } = net.lobby;
      if (isOver || isEntering) return;
      // Another session than the one that had joined: from the beginning.
      if (state === null) begin();
      else if (net.room !== null && net.room.match === state.match) arrived(net.room);
      else if (state.phase === "open") startIfOwn(state);
    };
    const startIfOwn = (/** @type {any} */ state) => {
      const present = state.members.filter((/** @type {any} */ m) => m.role === "player");
      const round = `${state.id} ${state.round} ${present.length}`;
      if (present.length < min || started === round) return;
      // The round is asked for once for each number of players: with too few of them the game refuses, and more may come.
      if (state.start === "host" && state.host === net.user) {
        started = round;
        net.lobby.start().catch(refused);
      } else if (state.start === "ready") {
        started = round;
        net.lobby.ready(true).catch(refused);
      }
    };
    /** Too few players, or somebody was quicker. @param {unknown} error */
    const refused = (error) => {
      const code = codeOf(error);
      if (code === "dropped" || code === "timeout") started = "";
      else if (code !== "wrong-phase" && code !== "forbidden") fail(error);
    };
    const arrived = (/** @type {Room} */ room) => {
      room.ready.then(
        () => end(() => resolve(room)),
        // It was over before anything was seen of it: the next one it is.
        () => {},
      );
    };

    if (signal?.aborted) {
      fail(signal.reason);
      return;
    }
    const abort = () => {
      fail(signal?.reason);
      if (net.lobby.state !== null) net.lobby.leave().catch(() => {});
    };
    signal?.addEventListener("abort", abort);
    offs.push(
      () => signal?.removeEventListener("abort", abort),
      net.on("room", look),
      net.lobby.on("state", (state) => {
        if (state !== null) look();
      }),
      net.lobby.on("closed", ({ reason }) => {
        fail(new RequestError("closed", "", `one is no longer in the lobby: ${reason}`));
      }),
      net.on("status", ({ state, code, name }) => {
        if (state === "closed") fail(new ClosedError(code, name));
        else if (state === "open") begin();
      }),
    );
    net.ready.then(begin, fail);
  });
}

/** @param {unknown} error */
const codeOf = (error) => (error instanceof RequestError ? error.code : "");
