/** Success, and the errno of a bad file descriptor, of WASI preview 1. */
const OK = 0;
const BADF = 8;
const STDERR = 2;
/** Characters of a last message that are kept. */
const MAX_MESSAGE = 4096;

const utf8 = new TextDecoder();

/**
 * What a Go program imports of WASI preview 1, as poor as a step may have it: no arguments, no environment, no files, the same random
 * numbers every time; a clock, which the runtime needs for itself. `said` is what it wrote to the standard error, as it does when it gives up.
 * @param {{module: string, name: string, kind: string}[]} imports of the module
 * @param {() => WebAssembly.Memory} memory of the instance that is given this
 * @param {() => number} now milliseconds, never falling
 * @returns {{host: Record<string, (...args: any[]) => number>, said: () => string}}
 */
export function wasi(imports, memory, now) {
  let said = "";
  const view = () => new DataView(memory().buffer);
  /** @param {number} at @param {number} count */
  const bytes = (at, count) => new Uint8Array(memory().buffer, at >>> 0, count);
  /** Counts of arguments or of the environment: none. @param {number} count @param {number} size */
  const none = (count, size) => {
    view().setUint32(count, 0, true);
    view().setUint32(size, 0, true);
    return OK;
  };
  /** @type {Record<string, (...args: any[]) => number>} */
  const host = {
    args_sizes_get: none,
    args_get: () => OK,
    environ_sizes_get: none,
    environ_get: () => OK,
    /** @param {number} _id @param {bigint} _precision @param {number} at of nanoseconds */
    clock_time_get(_id, _precision, at) {
      view().setBigUint64(at, BigInt(Math.round(now() * 1e6)), true);
      return OK;
    },
    /** @param {number} at @param {number} count */
    random_get(at, count) {
      // Not zeros: the runtime takes these for a failure.
      bytes(at, count).fill(1);
      return OK;
    },
    sched_yield: () => OK,
    // Nobody may wait in a step: who wants to is awake at once.
    poll_oneoff: () => OK,
    /** @param {number} fd @param {number} list of [address, length] @param {number} count @param {number} at of the sum of lengths */
    fd_write(fd, list, count, at) {
      if (fd > STDERR) return BADF;
      let written = 0;
      for (let i = 0; i < count; i++) {
        const length = view().getUint32(list + 8 * i + 4, true);
        const part = bytes(view().getUint32(list + 8 * i, true), length);
        if (fd === STDERR) said = (said + utf8.decode(part)).slice(0, MAX_MESSAGE);
        written += length;
      }
      view().setUint32(at, written, true);
      return OK;
    },
    /** @param {number} code */
    proc_exit(code) {
      throw new Error(`exit code ${code}`);
    },
  };
  // What packages such as os import for files: there is none by any number.
  for (const { name } of imports) host[name] ??= () => BADF;
  return { host, said: () => said };
}
