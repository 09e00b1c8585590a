// Written by deltatick's cmd/gametypes from the schema of the game "arena". Do not edit.

/** Tables and input of arena, for `connect<Arena>()`. Its events are not in its schema: add them as
 * `Arena & { events: { name: Payload } }`. */
export interface Arena {
  tables: {
    ships: {
      /** -20 to 1620 in steps of 0.05. */
      x: number;
      /** -20 to 920 in steps of 0.05. */
      y: number;
      /** -600 to 600 in steps of 0.5. */
      vx: number;
      /** -600 to 600 in steps of 0.5. */
      vy: number;
      /** An angle in radians, of 10 bits. */
      heading: number;
      /** A whole number, 0 to 100. */
      hp: number;
      /** A whole number, 0 to 100. */
      shield: number;
      /** A whole number, 0 to 65535. */
      seat: number;
      /** At most 96 bytes. */
      name: string;
      /** A whole number, 0 to 15. */
      color: number;
      /** A whole number, 0 to 9999. */
      score: number;
      alive: boolean;
      thrust: boolean;
      /** A whole number, 0 to 2. */
      weapon: number;
    };
    shots: {
      /** -20 to 1620 in steps of 0.05. */
      x: number;
      /** -20 to 920 in steps of 0.05. */
      y: number;
      /** -900 to 900 in steps of 0.5. */
      vx: number;
      /** -900 to 900 in steps of 0.5. */
      vy: number;
      /** A whole number, 0 to 2147483647. */
      owner: number;
      /** A whole number, 0 to 2. */
      kind: number;
    };
    pickups: {
      /** 0 to 1600 in steps of 0.05. */
      x: number;
      /** 0 to 900 in steps of 0.05. */
      y: number;
      /** A whole number, 0 to 2. */
      kind: number;
    };
    round: {
      /** A whole number, 0 to 2. */
      phase: number;
      /** A whole number, 0 to 600. */
      left: number;
      /** A whole number, 0 to 100. */
      limit: number;
      /** A whole number, 0 to 2147483647. */
      winner: number;
    };
  };
  input: {
    /** A whole number, -1 to 1. */
    turn: number;
    thrust: boolean;
    fire: boolean;
    /** An angle in radians, of 10 bits. */
    aim: number;
    aimed: boolean;
  };
}
