import { checked } from "./auth.js";

/**
 * @typedef {object} Timers
 * @property {(fn: () => void, ms: number) => any} setTimeout
 * @property {(id: any) => void} clearTimeout
 * @property {() => number} now milliseconds of a clock that never goes back
 *
 * @typedef {object} Options
 * @property {string} [url] default: `/ws` of the page's own origin
 * @property {string} [name] guest name; the server cuts it to 24 characters
 * @property {import("./auth.js").Auth} [auth] who one is: credentials, or a function that gives them, or a promise of them. It is
 *   called before each dial and when the server asks for newer ones; no dial waits longer than it takes. Default: those of a guest
 * @property {"memory" | "tab" | "off"} [resume] where the resume token lives: in memory (default), in
 *   the tab's session storage (survives a reload), or nowhere (a drop loses the session)
 * @property {string} [resumeKey] storage key, for several clients of one URL in one tab
 * @property {boolean} [afresh] begins a new session by itself when the old one is gone (close codes 4501 and 4502); by default
 *   the client is closed then, and `status.reason` says why
 * @property {string} [client] what this client calls itself, at most 64 bytes
 * @property {("packed" | "mp")[]} [codecs] of snapshot bodies that the server may choose from, best first; default
 *   both. `mp` must be among them; it alone makes bodies that are easy to read in a debugger
 * @property {number} [dialTimeout] ms from dial to welcome before the next attempt; default 5000
 * @property {("ws" | "http")[]} [transports] what may carry the connection, the one to try first first; default both. With both, HTTP is
 *   used when a WebSocket has not opened within 3 s, and a WebSocket again once one opens
 * @property {import("./link.js").SocketClass} [WebSocket]
 * @property {typeof fetch} [fetch] for HTTP
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem">} [storage]
 * @property {(fn: () => void, ms: number) => any} [setTimeout]
 * @property {(id: any) => void} [clearTimeout]
 * @property {() => number} [now] milliseconds, never going back; default `performance.now`
 * @property {() => number} [random] uniform in [0, 1)
 * @property {import("./wake.js").Waker} [waker] tells of `online` and `visibilitychange`, which end the wait for the next dial, after the first welcome; default `globalThis`
 * @property {AbortSignal} [signal] closes the client when it is aborted
 *
 * @typedef {Required<Omit<Options, "storage" | "signal" | keyof Timers>> & Pick<Options, "storage" | "signal">
 *   & {timers: Timers}} Settings
 */

/** So much of a name is sent at most, in UTF-16 units; the server keeps less. */
const MAX_NAME = 64;

/**
 * The options with every default filled in.
 * @param {Options} options
 * @returns {Settings}
 * @throws {TypeError} for what cannot be defaulted here
 */
export function settings(options) {
  const transports = some("transports", options.transports, ["ws", "http"]);
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  if (transports.includes("ws") && typeof WebSocket !== "function") {
    throw new TypeError(
      "Node before 22 needs WebSocket from the package ws: connect({ url, WebSocket })",
    );
  }
  const [resume] = some("resume", [options.resume ?? "memory"], ["memory", "tab", "off"]);
  const codecs = some("codecs", options.codecs, ["packed", "mp"]);
  if (!codecs.includes("mp")) throw new TypeError("mp must be among codecs");
  const url = options.url ?? ownOrigin();
  const name = (options.name ?? "").slice(0, MAX_NAME);
  const auth = options.auth ?? ["guest", name];
  return {
    url,
    name,
    auth: typeof auth === "function" ? auth : checked(auth),
    resume,
    resumeKey: options.resumeKey ?? `deltatick.resume ${url}`,
    afresh: options.afresh ?? false,
    client: options.client ?? "deltatick-js",
    codecs,
    dialTimeout: options.dialTimeout ?? 5000,
    transports,
    WebSocket: /** @type {any} */ (WebSocket),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    storage: options.storage ?? (resume === "tab" ? sessionStorageIfAny() : undefined),
    waker: options.waker ?? globalThis,
    random: options.random ?? Math.random,
    signal: options.signal,
    timers: {
      setTimeout: options.setTimeout ?? ((fn, ms) => globalThis.setTimeout(fn, ms)),
      clearTimeout: options.clearTimeout ?? ((id) => globalThis.clearTimeout(id)),
      now: options.now ?? (() => performance.now()),
    },
  };
}

/**
 * A list that an option gives, or all there are.
 * @template {string} T
 * @param {string} name of the option
 * @param {T[] | undefined} given
 * @param {T[]} all
 * @returns {T[]} a copy
 */
function some(name, given, all) {
  const list = [...(given ?? all)];
  if (list.length > 0 && list.every((one) => all.includes(one))) return list;
  throw new TypeError(`${name} must be of ${all.join(", ")}`);
}

function ownOrigin() {
  if (typeof location === "undefined") throw new TypeError("url is needed outside a page");
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`;
}

function sessionStorageIfAny() {
  try {
    return globalThis.sessionStorage;
  } catch {
    // A page may be denied its storage, which throws already when it is touched.
    return undefined;
  }
}
