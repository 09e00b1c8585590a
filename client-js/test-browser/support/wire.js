import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * A wire between the browser and the server that can be cut: every connection dies at once, on both sides, and new ones
 * are refused until it is mended. While it is held, new ones are taken and hear nothing.
 * @param {string} url of the server
 * @param {(() => number) | null} [delay] how long what is said takes each way, in milliseconds, asked for each part; order is kept
 */
export async function startWire(url, delay = null) {
  const { hostname, port } = new URL(url);
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  let whole = true;
  let held = false;
  /** @type {(() => void)[]} */
  const waiting = [];
  const wire = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    if (held) waiting.push(() => join(near));
    else join(near);
  });
  /** @param {import("node:net").Socket} near */
  function join(near) {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(socket);
      if (delay === null) socket.pipe(other);
      else late(socket, other, delay);
      socket.on("error", () => {}); // its close follows
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  }
  wire.listen(0, "127.0.0.1");
  await once(wire, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (wire.address());
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut() {
      whole = false;
      drop();
    },
    mend() {
      whole = true;
    },
    hold() {
      held = true;
    },
    release() {
      held = false;
      for (const goOn of waiting.splice(0)) goOn();
    },
    stop() {
      drop();
      wire.close();
    },
  };
}

/**
 * Passes on what one socket says to the other, each part some time after it came.
 * @param {import("node:net").Socket} from @param {import("node:net").Socket} to @param {() => number} delay in milliseconds
 */
function late(from, to, delay) {
  let last = 0;
  /** @param {() => void} pass */
  const later = (pass) => {
    const now = performance.now();
    last = Math.max(last, now + delay());
    setTimeout(pass, last - now);
  };
  from.on("data", (part) => later(() => to.destroyed || to.write(part)));
  from.on("end", () => later(() => to.end()));
}
