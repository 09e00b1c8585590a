import { Traffic } from "./traffic.js";

/** What goes over the sockets of the game's page, for the graph that key G shows. */
export const traffic = new Traffic();
