/** Moves a row on by a tick of `dt` seconds with an input: in place, and by nothing but these three. */
export type Step<Row = any, Input = any> = (row: Row, input: Input, dt: number) => void;

/** What a game tells of a row that it predicts. */
export interface Prediction<Row = any, Input = any, Table extends string = string> {
  table: Table;
  /** The id of one's own row, nothing or 0 while there is none; asked at each snapshot. */
  row: () => number | null | undefined;
  step: Step<Row, Input>;
  /** Told of each tick once, when it is run first, with the row after it and its input, which are reused. */
  ran?: (row: Row, input: Input, tick: number) => void;
  /** Over which a visible error goes away, in milliseconds, 80 by default; 0 for at once. */
  smoothMs?: number;
  /** An error beyond this, in units, is shown at once; an eighth of the field's range by default. */
  snap?: number;
}

/** Shows one's own row where it is going to be when the server has all inputs. */
export interface Predictor<Row = any, Input = any> {
  /** How often a snapshot showed that the step was wrong, and how often inputs were run again. */
  mispredictions: number;
  resims: number;
  /** Id of the row that is predicted, 0 while there is none. */
  readonly id: number;
  /** Newest tick that was run here, 0 before the first snapshot. */
  readonly tick: number;
  /** Runs and sends the ticks that are due by `now`, each with what `sample` gives; for a game's frame hook. */
  advance(now: number, sample: () => Partial<Input>): void;
  /** The row to draw, which is reused by the next call, or null while there is none to predict. */
  view(now?: number): (Row & { id: number }) | null;
  /** Predicts no longer. */
  stop(): void;
}

/** What a game tells of the rows that it makes before the server does. */
export interface Spawning<Row = any, Table extends string = string> {
  table: Table;
  /** Which rows of it are one's own: these are shown here, each once, and the others by `room.view`. */
  mine: (row: Readonly<Row>) => boolean;
  /** What tells one's own rows apart, in the predicted and in the server's; without it they are matched in their order. */
  key?: (row: Readonly<Row>) => unknown;
  /** Moves a row on by up to a tick, in seconds, in place, and back where that is below 0; by default each field by its rate. */
  move?: (row: Row, dt: number) => void;
  /** When the server's row is shown: ahead of the server, by default, or as others are, for a server that compensates lag. */
  time?: "predicted" | "view";
  /** Beyond the tick that it is for, within which the server must have it; 100 by default. */
  graceMs?: number;
  /** Over which a predicted row becomes the server's, 100 by default; longer, up to a second, where it would have to move back. */
  blendMs?: number;
  /** Of one that `confirm` was called for; 1000 by default. */
  lifeMs?: number;
  /** The server has it, too; it does not, and it is not shown any more. */
  confirmed?: (shown: Row & { id: number }) => void;
  rolledBack?: (shown: Row & { id: number }) => void;
  /** The server has one after all that was taken back within the last half second: it is shown again, and need not be heard twice. */
  again?: (shown: Row & { id: number }) => void;
}

/** Rows that one's own input makes, shown in the frame of the input. */
export interface Spawns<Row = any> {
  /** How many the server confirmed, and how many were taken back. */
  confirmed: number;
  rolledBack: number;
  /** Shows a row that one's own input of a tick makes. Its id while it has none of the server's, below 0; 0: too many wait. */
  add(row: Row, tick: number): number;
  /** The server has it, as an event tells. */
  confirm(id: number): void;
  /** Shows one no longer, nor its row. */
  hide(id: number): void;
  /** All that are one's own. Array and rows are reused by the next call. */
  view(now?: number): (Row & { id: number })[];
  /** Shows none any more. */
  stop(): void;
}
