/**
 * A WebAssembly module with the exports of a step, written by hand, to see what the loader does with modules that are not as they should be.
 * Memory: the layout at 16, the cells at 1024, one page in all at first.
 */

const F64 = 0x7c;
const I32 = 0x7f;
const END = 0x0b;

/** What step_run can do, as code: the one cell that it changes is the first. */
export const bodies = {
  nothing: [],
  /** Ends as a Go program that panicked does, but for the words. */
  traps: [0x00],
  /** Adds a page to the memory, which moves it, and then writes 7.0 into the first cell. */
  grows: [
    0x41,
    1,
    0x40,
    0,
    0x1a,
    0x41,
    ...leb(1024),
    0x44,
    0,
    0,
    0,
    0,
    0,
    0,
    0x1c,
    0x40,
    0x39,
    3,
    0,
  ],
};

/**
 * @param {unknown} layout as JSON is made of it
 * @param {number[]} [run] code of step_run
 * @param {number} [size] of the layout, if it lies
 */
export function fakeStep(layout, run = bodies.nothing, size) {
  const text = new TextEncoder().encode(JSON.stringify(layout));
  const constant = (/** @type {number} */ n) => [0x41, ...leb(n)];
  const names = ["_initialize", "step_layout", "step_layout_size", "step_cells", "step_run"];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [3, 0x60, 0, 0, 0x60, 0, 1, I32, 0x60, 1, F64, 0]),
    ...section(3, [5, 0, 1, 1, 1, 2]),
    ...section(5, [1, 0, 1]),
    ...section(7, [
      names.length + 1,
      ...names.flatMap((name, i) => [...string(name), 0, i]),
      ...string("memory"),
      2,
      0,
    ]),
    ...section(10, [
      5,
      ...code([]),
      ...code(constant(16)),
      ...code(constant(size ?? text.length)),
      ...code(constant(1024)),
      ...code(run),
    ]),
    ...section(11, [1, 0, ...constant(16), END, ...leb(text.length), ...text]),
  ]);
}

/** @param {number} id @param {number[]} content */
function section(id, content) {
  return [id, ...leb(content.length), ...content];
}

/** @param {number[]} instructions */
function code(instructions) {
  return [...leb(instructions.length + 2), 0, ...instructions, END];
}

/** @param {string} text */
function string(text) {
  const bytes = new TextEncoder().encode(text);
  return [...leb(bytes.length), ...bytes];
}

/** A whole number from 0 as LEB128, with room for the sign that a constant has. @param {number} n @returns {number[]} */
function leb(n) {
  return n < 64 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >>> 7)];
}
