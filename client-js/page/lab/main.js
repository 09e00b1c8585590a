import { Lab } from "./lab.js";

// For the browser tests and for curious people at the console: the three clients, and what is drawn.
window.deltatickLab = new Lab();
