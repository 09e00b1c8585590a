/**
 * Ship colours. Eight hues after Okabe and Ito, told apart under the common kinds of colour blindness and lifted so that
 * each has at least 5:1 contrast on the night sky; sixteen ships need more than hue, so the hull differs too.
 */

export const HUES = [
  "#56b4e9",
  "#f5a623",
  "#1fcf9a",
  "#f0e442",
  "#ff7348",
  "#e59ac6",
  "#8ea2ff",
  "#f4f6fb",
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

/** What the pickups look like, by kind: repair, shield, rapid fire. */
export const PICKUPS = [
  { name: "repair", hue: "#3ddc97" },
  { name: "shield", hue: "#56b4e9" },
  { name: "rapid fire", hue: "#ffb454" },
];
