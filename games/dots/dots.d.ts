// Written by deltatick's cmd/gametypes from the schema of the game "dots". Do not edit.

/** Tables and input of dots, for `connect<Dots>()`. Its events are not in its schema: add them as
 * `Dots & { events: { name: Payload } }`. */
export interface Dots {
  tables: {
    dots: {
      /** 0 to 400 in steps of 0.1. */
      x: number;
      /** 0 to 400 in steps of 0.1. */
      y: number;
      /** At most 64 bytes. */
      name: string;
    };
  };
  input: {
    /** A whole number, -1 to 1. */
    right: number;
    /** A whole number, -1 to 1. */
    down: number;
  };
}
