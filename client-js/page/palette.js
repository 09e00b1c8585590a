/**
 * Ship colours. Eight hues that stay apart under red, green and blue blindness (held by a test that simulates them), each
 * with at least 5:1 contrast on the night sky. Sixteen ships need more than hue, so the hull differs too, and the second
 * eight carry a stripe.
 */

// Those four places apart fly one hull: these pairs are the ones that every eye tells apart most easily.
export const HUES = [
  "#7cc0ff",
  "#52f5ae",
  "#e8593a",
  "#6d78ff",
  "#e8960a",
  "#ffee2e",
  "#d074b0",
  "#e8ffff",
];

/** The four hulls on a circle of radius 1, nose along +x. The last point joins the first. */
export const HULLS = [
  [
    [1.15, 0],
    [-0.85, 0.8],
    [-0.45, 0],
    [-0.85, -0.8],
  ],
  [
    [1.1, 0],
    [0.1, 0.4],
    [-0.6, 1],
    [-0.75, 0.3],
    [-0.95, 0],
    [-0.75, -0.3],
    [-0.6, -1],
    [0.1, -0.4],
  ],
  [
    [1.1, 0.22],
    [0.2, 0.85],
    [-0.8, 0.85],
    [-0.5, 0.3],
    [-0.5, -0.3],
    [-0.8, -0.85],
    [0.2, -0.85],
    [1.1, -0.22],
  ],
  [
    [1.15, 0],
    [0.05, 0.55],
    [-0.95, 0.95],
    [-0.55, 0.35],
    [-0.95, 0],
    [-0.55, -0.35],
    [-0.95, -0.95],
    [0.05, -0.55],
  ],
];

/** @param {number} color index, 0 to 15 */
export const hueOf = (color) => HUES[color & 7];

/** Which hull a colour index flies: ships 8 apart share a hue, never a hull. @param {number} color 0 to 15 */
export const hullOf = (color) => ((color & 3) + ((color >> 3) & 1) * 2) & 3;

/** Whether a colour index wears a stripe across its hull: the second eight do. @param {number} color 0 to 15 */
export const striped = (color) => color > 7;

/** What the pickups look like, by kind: repair, shield, rapid fire. */
export const PICKUPS = [
  { name: "repair", hue: "#3ddc97" },
  { name: "shield", hue: "#56b4e9" },
  { name: "rapid fire", hue: "#ffb454" },
];
