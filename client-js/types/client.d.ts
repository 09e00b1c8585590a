import type { AnyGame, Game, Off } from "./game.js";
import type { Lobby, NewLobby, Presences } from "./lobby.js";
import type { Retry } from "./options.js";
import type { Room } from "./room.js";
import type { Stats } from "./stats.js";

export interface Status {
  state: "connecting" | "open" | "waiting" | "closed";
  /** Failed dials since the last welcome. */
  attempt: number;
  /** Until the next dial, while waiting. */
  inMs: number;
  /** Close code of the last end, 0 before any, its name, and what it asks for. */
  code: number;
  name: string;
  retry: Retry;
  /** Whether the open connection took up the earlier session. */
  resumed: boolean;
  /** Whether it did so with every event that was missed, and why not. */
  recovered: boolean;
  reason: "" | "lost" | "expired" | "refused";
  /** Events the server no longer held at that. */
  lost: number;
  over: "ws" | "http";
  /** How long there was no connection before this one. */
  downMs: number;
}

export interface ReliableEvent {
  seq: number;
  channel: string;
  name: string;
  payload: any;
  /** 0 outside a match. */
  tick: number;
}

/** Something of ours was dropped; the last three tell of an event that was refused. */
export interface Notice {
  code: string;
  message: string;
  channel?: string;
  name?: string;
  field?: string;
}

export interface ClientEvents<G extends Game = AnyGame> {
  status: Status;
  /** A match was entered; told at once if one is on. */
  room: Room<G>;
  /** Every reliable event, once. */
  event: ReliableEvent;
  notice: Notice;
  /** What a handler threw, or a message that broke the wire's rules. */
  error: unknown;
}

export interface RequestOptions {
  /** Milliseconds, 5000 by default. */
  timeout?: number;
  /** Waits a lost connection out, is sent again, and run once. */
  once?: boolean;
}

export interface UploadOptions {
  /** What the bytes are; default that of a Blob. */
  type?: string;
  /** Bytes that the server has taken. */
  onProgress?: (taken: number, size: number) => void;
  /** Gives the upload up. */
  signal?: AbortSignal;
}

/** What the server says of a file. */
export interface Meta {
  type: string;
  size: number;
}

export interface DownloadOptions {
  /** Most bytes of one; default 16 MiB. */
  limit?: number;
  onProgress?: (taken: number, size: number, meta: Meta) => void;
}

/** How a match is entered. */
export interface Entering {
  /** Gives it up, and leaves the lobby that was entered for it. */
  signal?: AbortSignal;
}

/** Of a lobby that is made if none can be joined. */
export interface Wanted extends Omit<NewLobby, "game"> {
  /** Players with whom it is started, if it is one's own to start; 1 by default. */
  min?: number;
}

/** May be async; what it returns is the answer, a RequestError that it throws a refusal. */
export type AskHandler = (payload: any) => any;

/** A session with a server. */
export class Client<G extends Game = AnyGame> {
  private constructor();
  readonly user: string;
  readonly name: string;
  readonly session: string;
  /** When the credentials expire by the server's clock, Unix ms; 0 for never. */
  readonly expires: number;
  /** What the server calls itself; empty before the first welcome. */
  readonly server: string;
  /** In which codec snapshots come: "packed" or "mp". */
  readonly codec: string;
  /** The match one is in. */
  readonly room: Room<G> | null;
  /** Resolves at the first welcome; rejects with a ClosedError when closed for good before it. */
  readonly ready: Promise<Client<G>>;
  readonly lobby: Lobby;
  readonly presence: Presences;
  readonly stats: Stats;
  readonly status: Status;

  on<E extends keyof ClientEvents<G>>(name: E, handler: (value: ClientEvents<G>[E]) => void): Off;
  /** Resolves with the reply's payload; rejects with a RequestError. */
  request<Reply = any>(
    channel: string,
    name: string,
    payload?: object | null,
    options?: RequestOptions,
  ): Promise<Reply>;
  /**
   * Sends an event: in order, and handled by the server once, whatever connections it takes.
   * @throws {RequestError} `full`, `bad-payload`, `too-big` or `closed`
   */
  send(channel: string, name: string, payload?: object | null): void;
  /**
   * Enters a match of a game that has a free place, or one of one's own. Resolves with its first full state applied; rejects with a
   * RequestError, a ClosedError or the signal's reason.
   */
  joinOrCreate(game: string, wanted?: Wanted & Entering): Promise<Room<G>>;
  /** Watches a lobby's match, or its next one; resolves as above. */
  watch(lobby: string, entering?: Entering): Promise<Room<G>>;
  /** Answers what the server asks by this name. */
  onAsk(channel: string, name: string, handler: AskHandler): Off;
  /** Resolves when the server's handler has taken it. */
  upload(
    channel: string,
    name: string,
    data: Blob | ArrayBuffer | Uint8Array,
    options?: UploadOptions,
  ): Promise<void>;
  /** Takes files that the server sends by this name. */
  onDownload(
    channel: string,
    name: string,
    handler: (bytes: Uint8Array, meta: Meta) => any,
    options?: DownloadOptions,
  ): Promise<Off>;
  /** Offers these codecs of snapshots from the next connection on; `mp` must be among them. */
  offerCodecs(codecs: ("packed" | "mp")[]): void;
  /** For tests: loses the socket as a network would. */
  cut(): void;
  /** Says bye and stays away. */
  close(): void;
}

/** The connection was closed for good. */
export class ClosedError extends Error {
  constructor(code: number, reason: string);
  readonly code: number;
  readonly reason: string;
}

/** Why a request failed: the server's code, or `timeout`, `dropped`, `too-many`, `too-big`, `bad-payload`, `full`, `closed`. */
export class RequestError extends Error {
  constructor(code: string, field: string, message: string);
  readonly code: string;
  /** The payload's field that is wrong, or "". */
  readonly field: string;
}
