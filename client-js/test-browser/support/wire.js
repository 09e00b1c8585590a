import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * A wire between the browser and the server that can be cut: every connection dies at once, on both sides, and new ones
 * are refused until it is mended. While it is held, new ones are taken and hear nothing.
 * @param {string} url of the server
 */
export async function startWire(url) {
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
      socket.pipe(other);
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
