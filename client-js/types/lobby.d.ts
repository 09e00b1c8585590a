import type { Off } from "./game.js";

/** A lobby in a list. */
export interface Summary {
  id: string;
  name: string;
  game: string;
  players: number;
  spectators: number;
  max_players: number;
  phase: "open" | "playing";
  /** User id of the host. */
  host: string;
}

export interface Member {
  user: string;
  name: string;
  role: "player" | "spectator";
  ready: boolean;
  rematch: boolean;
  away: boolean;
  muted: boolean;
  /** 0 while no match runs, and for a spectator. */
  seat: number;
}

/** A lobby in full, as its members see it. */
export interface State {
  id: string;
  /** To join by. */
  code: string;
  name: string;
  game: string;
  private: boolean;
  max_players: number;
  start: "host" | "ready" | "full";
  settings: Record<string, number>;
  host: string;
  phase: "open" | "playing";
  /** Empty when none runs. */
  match: string;
  /** Matches finished. */
  round: number;
  members: Member[];
  /** What the last match ended with. */
  result: { reason: string; data: any } | null;
  /** Of two states of a lobby the one with the greater is newer. */
  rev: number;
}

export interface Setting {
  name: string;
  min: number;
  max: number;
  default: number;
  doc: string;
}

/** A game to be had. */
export interface GameInfo {
  name: string;
  title: string;
  min_players: number;
  max_players: number;
  settings: Setting[];
}

export interface NewLobby {
  game: string;
  name?: string;
  private?: boolean;
  max_players?: number;
  start?: "host" | "ready" | "full";
  settings?: Record<string, number>;
}

export type LobbyChanges = Partial<Omit<NewLobby, "game">>;

export interface LobbyEvents {
  /** Whenever the lobby one is in changes; null when one is in none. */
  state: State | null;
  /** One was put out of it. */
  closed: { id: string; reason: string };
}

/** The `lobby` channel. Requests reject with a RequestError. */
export interface Lobby {
  /** The lobby one is in. */
  state: State | null;
  chat: Chat;
  on<E extends keyof LobbyEvents>(name: E, handler: (value: LobbyEvents[E]) => void): Off;
  /** The public lobbies. */
  list(): Promise<Summary[]>;
  games(): Promise<GameInfo[]>;
  create(what: NewLobby): Promise<State>;
  join(which: { id?: string; code?: string; spectate?: boolean }): Promise<State>;
  /** Resolves when the room, if there was one, has told its `exit`. */
  leave(): Promise<void>;
  ready(ready: boolean): Promise<void>;
  /** To watch, or to take a place; in a running match, too, whose room ends, and another begins. Refused with `full`. */
  spectate(spectate: boolean): Promise<void>;
  /** For the host, as are the next three. */
  settings(changes: LobbyChanges): Promise<void>;
  kick(user: string): Promise<void>;
  host(user: string): Promise<void>;
  start(): Promise<void>;
  rematch(): Promise<void>;
  /** The live list of lobbies: all of it at once, when it is there, and again on each change. */
  watch(handler: (list: Summary[]) => void): Off;
}

export interface Message {
  id: number;
  user: string;
  name: string;
  text: string;
  /** Unix ms. */
  at: number;
}

export interface ChatEvents {
  message: Message;
  typing: { user: string; on: boolean };
  joined: { user: string; name: string; role: "player" | "spectator" };
  left: { user: string; name: string; reason: string };
  /** All that is kept, known or known anew. */
  history: readonly Message[];
}

/** The chat of the lobby one is in. */
export interface Chat {
  /** The newest, the oldest of them first; replaced, never changed. */
  messages: readonly Message[];
  /** Users other than oneself who type. */
  typists: Set<string>;
  on<E extends keyof ChatEvents>(name: E, handler: (value: ChatEvents[E]) => void): Off;
  say(text: string): Promise<Message>;
  /** It may be called at every key. */
  typing(on?: boolean): void;
  history(after?: number): Promise<{ messages: Message[]; last: number; typing: string[] }>;
  /** For the host. */
  mute(user: string, on: boolean): Promise<void>;
}

export interface Presence {
  user: string;
  state: "offline" | "away" | "online" | "lobby" | "match";
  /** Unix ms, 0 for not known. */
  since: number;
}

/** Who is there. What is watched stays so over lost connections and lost sessions. */
export interface Presences {
  /** What is known of those who are watched, by user. */
  states: Map<string, Presence>;
  on(name: "presence", handler: (presence: Presence) => void): Off;
  watch(users: string[]): Promise<Presence[]>;
  unwatch(users: string[]): Promise<void>;
  /** Watches everyone else in one's own lobby, whichever that is. */
  follow(on?: boolean): Promise<Presence[]>;
  setAway(away: boolean): Promise<Presence>;
}
