/**
 * What a game says to a page: the rows of its tables, its input and its events. All but the tables may be left out, and is then anything.
 * `go run ./cmd/gametypes` writes tables and input; events are the game's own to add:
 *
 *     type Arena = Schema & { events: { kill: { killer: number; victim: number } } };
 */
export interface Game {
  tables: object;
  input?: object;
  events?: object;
}

/** A game of which nothing is known. */
export interface AnyGame {
  tables: Record<string, Record<string, any>>;
  input: Record<string, number | boolean>;
  events: Record<string, any>;
}

/** A game's rows by table. */
export type Tables<G extends Game> = G["tables"];
export type TableName<G extends Game> = keyof Tables<G> & string;
/** A row of a table. */
export type RowOf<G extends Game, T extends TableName<G>> = Tables<G>[T];
/** A game's input, whole. */
export type Input<G extends Game> = G extends { input: infer I extends object }
  ? I
  : AnyGame["input"];
/** Payloads of a game's own events by name. */
export type Events<G extends Game> = G extends { events: infer E extends object }
  ? E
  : AnyGame["events"];

/** Rows by id for each table: the newest snapshot. Rows keep their objects. */
export type Rows<G extends Game> = {
  readonly [T in TableName<G>]: ReadonlyMap<number, Readonly<RowOf<G, T>>>;
};
/** What a view shows: for each table its rows, each with its id. Arrays and rows are reused by the next view. */
export type View<G extends Game> = { [T in TableName<G>]: (RowOf<G, T> & { id: number })[] };

/** Table, id and row, of any table: comparing the first says which row it is. */
export type Each<G extends Game> = {
  [T in TableName<G>]: [table: T, id: number, row: Readonly<RowOf<G, T>>];
}[TableName<G>];

/** Takes a handler off again. */
export type Off = () => void;
