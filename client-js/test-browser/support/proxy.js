import { once } from "node:events";
import http from "node:http";

/**
 * A proxy of the kind that people sit behind: it lets no WebSocket through.
 * @param {string} url of the server
 * @param {{buffers?: boolean}} [is] whether it also holds every answer back until it is whole
 * @returns {Promise<{url: string, refused: () => number, stop: () => Promise<void>}>}
 */
export async function startProxy(url, { buffers = false } = {}) {
  const target = new URL(url);
  let refused = 0;
  const proxy = http.createServer((incoming, answer) => {
    const forwarded = http.request(
      { host: target.hostname, port: target.port, path: incoming.url, method: incoming.method },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        if (!buffers) {
          response.pipe(answer);
          answer.flushHeaders();
          return;
        }
        /** @type {Buffer[]} */
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => answer.end(Buffer.concat(parts)));
        response.on("error", () => answer.destroy());
      },
    );
    for (const [name, value] of Object.entries(incoming.headers))
      if (value !== undefined) forwarded.setHeader(name, value);
    forwarded.on("error", () => answer.destroy());
    answer.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  proxy.on("upgrade", (_request, socket) => {
    refused++;
    socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (proxy.address());
  return {
    url: `http://127.0.0.1:${port}`,
    refused: () => refused,
    stop: async () => {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, "close");
    },
  };
}
