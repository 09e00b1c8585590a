import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * A wire between the browser and the server that can be cut: every connection dies at once, on both sides, and new ones
 * are refused until it is mended.
 * @param {string} url of the server
 */
export async function startWire(url) {
  const { hostname, port } = new URL(url);
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  let whole = true;
  const wire = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
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
  });
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
    stop() {
      drop();
      wire.close();
    },
  };
}
