import { wasi } from "./wasi.js";

/**
 * Moves a row one tick on by an input, in place: the row as `room.state` has it, the input as `room.input` takes it, `dt` in seconds.
 * @typedef {(row: Record<string, any>, input: Record<string, any>, dt: number) => void} Step
 *
 * @typedef {object} Place where a field's value lies
 * @property {string} name
 * @property {boolean} boolean else a number
 * @property {number} length of a list of numbers; 0 for one value
 * @property {number} at index of its first cell
 */

/** Most numbers of a row and an input: more are a module gone wrong. */
const MAX_CELLS = 1024;
const MAX_LAYOUT = 1 << 16;

/**
 * Loads a game's own step, compiled to WebAssembly by `cmd/wasmstep`. The step is called without waiting; it throws a TypeError for a
 * row that lacks a field of it, and, now and from then on, what the module said when its Go code panicked.
 * @param {string | URL | BufferSource} source the module's address, or its bytes
 * @returns {Promise<Step>} rejects when it cannot be had, or is no such module
 */
export async function loadStep(source) {
  const module = await compile(source);
  /** @type {WebAssembly.Instance} */
  let instance;
  const memory = () => /** @type {WebAssembly.Memory} */ (instance.exports.memory);
  const { host, said } = wasi(WebAssembly.Module.imports(module), memory, () => performance.now());
  instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: host });
  const { _initialize, step_layout, step_layout_size, step_cells, step_run } =
    /** @type {Record<string, (...args: number[]) => number>} */ (instance.exports);
  if (!_initialize || !step_layout || !step_layout_size || !step_cells || !step_run)
    throw new TypeError("not a module of a step: it exports none");
  const gaveUp = (/** @type {unknown} */ cause) =>
    new Error(`the step gave up: ${said() || cause}`, { cause });
  try {
    _initialize();
  } catch (error) {
    throw gaveUp(error);
  }
  const size = step_layout_size() >>> 0;
  if (size > MAX_LAYOUT) throw new TypeError("the layout of the step is too long");
  const text = new Uint8Array(memory().buffer, step_layout() >>> 0, size);
  const { row: rowFields, input: inputFields, cells: count } = parseLayout(text);
  const at = step_cells() >>> 0;
  let cells = new Float64Array(memory().buffer, at, count);
  /** @type {unknown} */
  let fault = null;

  // The memory may have grown, which puts it elsewhere.
  const refresh = () => {
    if (cells.buffer !== memory().buffer) cells = new Float64Array(memory().buffer, at, count);
  };

  return (row, input, dt) => {
    if (fault !== null) throw fault;
    refresh();
    for (const field of rowFields) write(cells, field, row[field.name], true);
    for (const field of inputFields) write(cells, field, input[field.name], false);
    try {
      step_run(dt);
    } catch (error) {
      fault = gaveUp(error);
      throw fault;
    }
    refresh();
    for (const field of rowFields) row[field.name] = read(cells, field);
  };
}

/** @param {string | URL | BufferSource} source */
async function compile(source) {
  if (typeof source !== "string" && !(source instanceof URL)) return WebAssembly.compile(source);
  const reply = await fetch(source);
  if (!reply.ok) throw new Error(`no step at ${source}: ${reply.status}`);
  return WebAssembly.compileStreaming(reply);
}

/**
 * @param {Uint8Array} text JSON, {"row": [field, ...], "input": [field, ...]}, a field [name, "number" | "boolean", length]
 * @returns {{row: Place[], input: Place[], cells: number}}
 */
function parseLayout(text) {
  const layout = JSON.parse(new TextDecoder().decode(text));
  let cells = 0;
  /** @param {any} fields */
  const places = (fields) => {
    if (!Array.isArray(fields)) throw new TypeError("the layout of the step is no list of fields");
    return fields.map(([name, kind, length]) => {
      const known = kind === "number" || kind === "boolean";
      if (!isName(name) || !known || !Number.isInteger(length) || length < 0)
        throw new TypeError("a field in the layout of the step");
      const at = cells;
      cells += Math.max(1, length);
      if (cells > MAX_CELLS) throw new TypeError("the step has too many fields");
      return { name, boolean: kind === "boolean", length, at };
    });
  };
  return { row: places(layout.row), input: places(layout.input), cells };
}

/**
 * Names become keys of the game's rows: none may reach a prototype. (What wire.js has for this is not shared: bundling would take it
 * out of the client's first file.)
 * @param {unknown} name
 */
const isName = (name) => typeof name === "string" && !(name in {});

/** @param {Float64Array} cells @param {Place} field @param {any} value @param {boolean} wanted whether it must be there */
function write(cells, field, value, wanted) {
  const { length, at } = field;
  if (wanted && (value ?? null) === null)
    throw new TypeError(`the row has no ${field.name}, which the step needs`);
  // What is left out of an input, or is no number, is neutral.
  if (length === 0) cells[at] = Number(value) || 0;
  for (let i = 0; i < length; i++) cells[at + i] = Number(value?.[i]) || 0;
}

/** @param {Float64Array} cells @param {Place} field @returns {number | boolean | number[]} */
function read(cells, { boolean, length, at }) {
  // A list is a new one: the row's own may be shared with a copy of it.
  if (length > 0) return Array.from(cells.subarray(at, at + length));
  return boolean ? cells[at] !== 0 : cells[at];
}
