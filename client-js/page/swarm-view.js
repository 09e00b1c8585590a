import { Backdrop } from "./backdrop.js";
import { cameraFor } from "./camera.js";
import { HUES } from "./palette.js";

const NAMED = 40; // more names than this would only cover each other

/** Draws the game "swarm", and any game whose tables have x and y: an arrow for each row, pointing where it heads. */
export class SwarmView {
  field = { width: 2000, height: 2000 };
  camera = null;
  own = { id: 0, x: 1000, y: 1000, heading: 0, row: null };

  #backdrop = new Backdrop();
  #hues = HUES.map(() => []);

  enter() {}

  leave() {}

  draw({ view, stage, insets }) {
    this.camera = cameraFor(
      { width: stage.width, height: stage.height, ...insets },
      this.field,
      this.own,
      0,
    );
    this.#backdrop.draw(stage, this.camera, this.field);
    const { g } = stage;
    const size = Math.max(11, 5 / this.camera.scale);
    for (const bunch of this.#hues) bunch.length = 0;
    let count = 0;
    for (const rows of Object.values(view)) {
      for (const row of rows) {
        if (typeof row.x !== "number" || typeof row.y !== "number") continue;
        this.#hues[row.id & 7].push(row);
        count++;
      }
    }
    stage.intoField(this.camera);
    for (const [i, rows] of this.#hues.entries()) drawArrows(g, rows, size, HUES[i]);
    if (count <= NAMED) this.#drawNames(stage);
  }

  #drawNames(stage) {
    const { g } = stage;
    const { scale, x, y } = this.camera;
    stage.intoWindow();
    g.font = '11px system-ui, "DejaVu Sans", sans-serif';
    g.textAlign = "center";
    g.fillStyle = "#9fb0d3";
    for (const rows of this.#hues) {
      for (const row of rows)
        if (row.name) g.fillText(row.name, row.x * scale + x, row.y * scale + y + 20, 120);
    }
  }
}

/** All arrows of one hue in a single path: a thousand cost about as much as ten. */
function drawArrows(g, rows, size, hue) {
  g.fillStyle = hue;
  g.beginPath();
  for (const row of rows) {
    const heading = row.heading ?? row.angle ?? 0;
    const cos = Math.cos(heading) * size;
    const sin = Math.sin(heading) * size;
    g.moveTo(row.x + cos, row.y + sin);
    g.lineTo(row.x - cos * 0.7 - sin * 0.6, row.y - sin * 0.7 + cos * 0.6);
    g.lineTo(row.x - cos * 0.7 + sin * 0.6, row.y - sin * 0.7 - cos * 0.6);
    g.closePath();
  }
  g.fill();
}
