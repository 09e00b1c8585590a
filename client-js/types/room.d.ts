import type {
  AnyGame,
  Each,
  Events,
  Game,
  Input,
  Off,
  RowOf,
  Rows,
  TableName,
  View,
} from "./game.js";
import type { Prediction, Predictor, Spawning, Spawns } from "./predict.js";

/** What a room's handlers are given. `snapshot` and the changes of rows come in the order they have here. */
export interface RoomEvents<G extends Game = AnyGame> {
  /** Also for the rows that are present when the handler is added. */
  add: Each<G>;
  change: Each<G>;
  /** `"left"` where a row only left the view. */
  remove: [...Each<G>, how: "gone" | "left"];
  snapshot: [room: Room<G>];
  drop: [why: { code: number; name: string }];
  resume: [missed: { downMs: number; lost: number; missedTicks: number }];
  exit: [exit: { reason: string; result: any }];
}

export interface RoomStats {
  /** How early the newest input came, in milliseconds, as the server reports it. */
  slack: number;
  /** Tick of the newest input sent, and of the newest the game has consumed. */
  inputTick: number;
  consumedTick: number;
  tick: number;
  base: number;
  /** How often a snapshot showed that a prediction was wrong, and how often inputs were run again. */
  mispredictions: number;
  resims: number;
  /** Snapshots within the last second. */
  hz: number;
  /** The tick that the server is at, with its fraction, as far as is known. Like all below, null while there is no view, or no prediction. */
  serverTick: number | null;
  /** How many ticks the inputs that are sent are ahead of it. */
  lead: number | null;
  /** Since the newest snapshot came, in milliseconds. */
  snapshotAge: number | null;
  /** The tick that the view shows, with its fraction. It goes back only after `resume`, and where `interpolation.snap` was set. */
  viewTick: number | null;
  /** How far before the newest snapshot the view should be, in milliseconds: below 0 there is nothing to show. */
  bufferMs: number | null;
  /** How often the view came to be beyond the newest snapshot. */
  underruns: number | null;
  /** The tick of one's own row that was shown last, with its fraction. */
  predictedTick: number | null;
  /** How far, in units, that is shown from where it is predicted, while an error of before is smoothed away. */
  predictionError: number | null;
}

/** A match as seen from one seat. It lives through lost sockets: `drop`, then `resume`; `exit` is the end. */
export class Room<G extends Game = AnyGame> {
  private constructor();
  readonly match: string;
  readonly game: string;
  /** Place in the match, 0 for a spectator. */
  readonly seat: number;
  /** Ticks a second. */
  readonly tickRate: number;
  /** Resolves with the room when its first keyframe is applied; rejects if it ends before. */
  readonly ready: Promise<Room<G>>;
  /** Tick of the newest snapshot applied, 0 before the first. */
  readonly tick: number;
  readonly epoch: number;
  /** The newest snapshot. Read only. */
  readonly state: { readonly tables: Rows<G> };
  readonly stats: RoomStats;
  /**
   * How far `view` stays behind: once set, 0 to 500, it is that; and by table from what change on, in units, a row is at another place
   * instead of on its way, by default an eighth of the field's range. What is not given stays.
   */
  get interpolation(): { delayMs: number; snap: Record<string, number> };
  set interpolation(to: { delayMs?: number; snap?: Record<string, number> });

  on<E extends keyof RoomEvents<G>>(name: E, handler: (...args: RoomEvents<G>[E]) => void): Off;
  /** Events of the game itself, each once. */
  onEvent<E extends keyof Events<G> & string>(
    name: E,
    handler: (payload: Events<G>[E], tick: number) => void,
  ): Off;
  /** The input from now on, as a whole: a field left out is neutral. */
  input(values: Partial<Input<G>>): void;
  /** The world a little in the past, interpolated. Rows and arrays are reused by the next call. */
  view(now?: number): View<G>;
  /**
   * Predicts one's own row from now on, in place of an earlier prediction.
   * @throws {TypeError | RangeError} for what cannot work
   */
  predict<T extends TableName<G>>(
    prediction: Prediction<RowOf<G, T>, Input<G>, T>,
  ): Predictor<RowOf<G, T>, Input<G>>;
  /** Leaves the match and its lobby; resolves when `exit` has been told. Rejects with a RequestError. */
  leave(): Promise<void>;
  /**
   * Shows rows that one's own input makes, such as shots, before the server has them, and takes back what it does not make. Rejects for
   * what cannot work, or when its file cannot be had.
   */
  predictSpawns<T extends TableName<G>>(
    spawning: Spawning<RowOf<G, T>, T>,
  ): Promise<Spawns<RowOf<G, T>>>;
}
