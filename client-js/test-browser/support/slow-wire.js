import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * A wire between the browser and the server on which everything takes its time, in order, as on a long line without loss.
 * @param {string} url of the server
 * @param {number} delay of each direction, in milliseconds
 */
export async function startSlowWire(url, delay) {
  const { hostname, port } = new URL(url);
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  const wire = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on("data", (part) => setTimeout(() => to.writable && to.write(part), delay));
      from.on("end", () => setTimeout(() => to.end(), delay));
      from.on("error", () => {}); // its close follows
      from.on("close", () => {
        sockets.delete(from);
        setTimeout(() => to.destroy(), delay);
      });
    }
  });
  wire.listen(0, "127.0.0.1");
  await once(wire, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (wire.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop() {
      for (const socket of sockets) socket.destroy();
      wire.close();
    },
  };
}
