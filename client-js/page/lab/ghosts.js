/**
 * The places that one ship has at once: what the server holds, what has arrived, what is computed ahead, what is shown behind. Each has a
 * shape and a dash of its own, so that colour is never the only tell.
 */
export const GHOSTS = [
  {
    name: "truth",
    key: "1",
    label: "Server truth",
    hue: "#f4f6fb",
    dash: [],
    shape: square,
    note: "where the server has it now",
  },
  {
    name: "newest",
    key: "2",
    label: "Newest snapshot",
    hue: "#f5a623",
    dash: [7, 4],
    shape: diamond,
    note: "the last this player heard",
  },
  {
    name: "predicted",
    key: "3",
    label: "Predicted",
    hue: "#56b4e9",
    dash: [2, 4],
    shape: circle,
    note: "own inputs run ahead",
  },
  {
    name: "interpolated",
    key: "4",
    label: "Interpolated",
    hue: "#e59ac6",
    dash: [10, 3, 2, 3],
    shape: triangle,
    note: "between two snapshots, a little ago",
  },
];

const TURN = Math.PI * 2;

function square(g, r) {
  g.rect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8);
}

function diamond(g, r) {
  g.moveTo(r * 1.25, 0);
  g.lineTo(0, r * 1.25);
  g.lineTo(-r * 1.25, 0);
  g.lineTo(0, -r * 1.25);
  g.closePath();
}

function circle(g, r) {
  g.arc(0, 0, r, 0, TURN);
}

function triangle(g, r) {
  g.moveTo(r * 1.4, 0);
  g.lineTo(-r * 0.85, r * 1.15);
  g.lineTo(-r * 0.85, -r * 1.15);
  g.closePath();
}

/**
 * Draws a ghost at a pose, in CSS pixels: its outline, a dot in its middle, and a nose where it heads.
 * @param {CanvasRenderingContext2D} g
 * @param {(typeof GHOSTS)[number]} ghost
 * @param {{x: number, y: number, heading: number}} pose
 * @param {number} r its radius
 */
export function drawGhost(g, { shape, hue, dash }, { x, y, heading }, r) {
  g.save();
  g.translate(x, y);
  g.rotate(heading);
  g.lineWidth = 2;
  g.strokeStyle = g.fillStyle = hue;
  g.setLineDash(dash);
  g.beginPath();
  shape(g, r);
  g.stroke();
  g.setLineDash([]);
  g.beginPath();
  g.arc(0, 0, 1.8, 0, TURN);
  g.fill();
  g.beginPath();
  g.moveTo(r * 0.55, 0);
  g.lineTo(r * 0.95, 0);
  g.stroke();
  g.restore();
}

/** A ghost's sign, for a legend. @returns {HTMLCanvasElement} */
export function ghostSign(ghost) {
  const canvas = document.createElement("canvas");
  const ratio = 2;
  canvas.width = canvas.height = 30 * ratio;
  canvas.className = "ghost-sign";
  canvas.setAttribute("aria-hidden", "true");
  const g = canvas.getContext("2d");
  g.scale(ratio, ratio);
  drawGhost(g, ghost, { x: 15, y: 15, heading: 0 }, 9.5);
  return canvas;
}
