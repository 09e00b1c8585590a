/** A scheme and its arguments, such as `["jwt", token]`. */
export type Credentials = string[];
/** Credentials, or a function that gives newer ones each time it is called. */
export type Auth = Credentials | (() => Credentials | Promise<Credentials>);
/** A WebSocket, or a class such as that of the package ws. */
export type SocketClass = new (url: string) => any;

export interface Options {
  /** Default: `/ws` of the page's own origin. */
  url?: string;
  /** Guest name; the server cuts it to 24 characters. */
  name?: string;
  /** Who one is. A function is called before each dial and when the server asks for newer credentials. Default: a guest. */
  auth?: Auth;
  /** Where the resume token lives: in memory (default), in the tab's session storage, or nowhere. */
  resume?: "memory" | "tab" | "off";
  /** Storage key, for several clients of one URL in one tab. */
  resumeKey?: string;
  /** Begins a new session by itself when the old one is gone. */
  afresh?: boolean;
  /** What this client calls itself, at most 64 bytes. */
  client?: string;
  /** Codecs of snapshot bodies, best first; `mp` must be among them. Default both. */
  codecs?: ("packed" | "mp")[];
  /** Milliseconds from dial to welcome before the next attempt; default 5000. */
  dialTimeout?: number;
  /** What may carry the connection, the one to try first first; default both. */
  transports?: ("ws" | "http")[];
  /** Closes the client when it is aborted. */
  signal?: AbortSignal;

  // To be replaced in tests, and where there is none.
  WebSocket?: SocketClass;
  fetch?: typeof fetch;
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  setTimeout?: (fn: () => void, ms: number) => any;
  clearTimeout?: (id: any) => void;
  /** Milliseconds, never going back; default `performance.now`. */
  now?: () => number;
  /** Uniform in [0, 1). */
  random?: () => number;
  /** Tells of `online` and `visibilitychange`, which end the wait for the next dial, after the first welcome; default `globalThis`. */
  waker?: {
    addEventListener?: EventTarget["addEventListener"];
    document?: Pick<Document, "addEventListener" | "visibilityState">;
  };
}

/**
 * What a client does about a close: `"resume"` comes back by itself; `"renew"` so too, with newer credentials, if `auth` is a
 * function; `"fresh"` stays away, and a new connection may be made; `""` stays away.
 */
export type Retry = "resume" | "renew" | "fresh" | "";

export interface CloseInfo {
  code: number;
  name: string;
  retry: Retry;
  /** Upper end of the random wait before the first dial, in milliseconds. */
  waitMs: number;
}
