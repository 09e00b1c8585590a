/** Moves a row on by a tick of `dt` seconds with an input: in place, and by nothing but these three. */
export type Step<Row = any, Input = any> = (row: Row, input: Input, dt: number) => void;

/** What a game tells of a row that it predicts. */
export interface Prediction<Row = any, Input = any, Table extends string = string> {
  table: Table;
  /** The id of one's own row, nothing or 0 while there is none; asked at each snapshot. */
  row: () => number | null | undefined;
  step: Step<Row, Input>;
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
