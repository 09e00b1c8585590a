/** What a server that shows a recording calls itself (docs/PROTOCOL.md, section 4.4). */
const NAME = "deltatick replay";

/** Whether one is connected to such a server. @param {{server: string}} net */
export const isReplay = (net) => net.server === NAME;
