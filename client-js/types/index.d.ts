/**
 * The deltatick client, as TypeScript sees it. Hand-written beside the sources, whose JSDoc says more, and held to them by
 * test-types/agrees.test-d.ts.
 */
import type { Client } from "./client.js";
import type { AnyGame, Game } from "./game.js";
import type { CloseInfo, Options } from "./options.js";
import type { Step } from "./predict.js";

export type {
  AskHandler,
  ClientEvents,
  DownloadOptions,
  Entering,
  Meta,
  Notice,
  ReliableEvent,
  RequestOptions,
  Status,
  UploadOptions,
  Wanted,
} from "./client.js";
export { Client, ClosedError, RequestError } from "./client.js";
export type { AnyGame, Events, Game, Input, Off, RowOf, Rows, Tables } from "./game.js";
export type {
  Chat,
  ChatEvents,
  GameInfo,
  Lobby,
  LobbyChanges,
  LobbyEvents,
  Member,
  Message,
  NewLobby,
  Presence,
  Presences,
  Setting,
  State,
  Summary,
} from "./lobby.js";
export type { Auth, CloseInfo, Credentials, Options, Retry, SocketClass } from "./options.js";
export type { Prediction, Predictor, Spawning, Spawns, Step } from "./predict.js";
export type { RoomEvents, RoomStats } from "./room.js";
export { Room } from "./room.js";
export type { Stats } from "./stats.js";

/**
 * Connects, and stays connected. Returns at once; `await client.ready` for the welcome. Name the game's type, such as one that
 * cmd/gametypes has written, to have its rooms typed: `connect<Arena>()`.
 * @throws {TypeError} for options that cannot work here
 */
export function connect<G extends Game = AnyGame>(options?: Options): Client<G>;

/** Loads at once what the client else loads while it connects, or when it is needed. Rejects when it cannot be had. */
export function preload(...parts: ("view" | "predict")[]): Promise<void>;

/** Loads a game's own step, compiled to WebAssembly, for `room.predict`, from an address or bytes. */
export function loadStep(source: string | URL | BufferSource): Promise<Step>;

/** The close codes of protocol section 8, by number. */
export const CloseCodes: Readonly<Record<number, CloseInfo>>;
