import { el } from "../dom.js";
import { traffic } from "./page-traffic.js";

/** The net graph over a match: shown and hidden by a key, and loaded when it is first asked for. */
export class GraphOverlay {
  #box = el("section", {
    id: "graph-overlay",
    class: "graph-overlay",
    "aria-label": "Net graph",
    hidden: true,
  });
  #parts = null; // {graph, legend, figures, ticks}
  #loading = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param {HTMLElement} match that it lies over */
  constructor(match) {
    match.append(this.#box);
  }

  async toggle() {
    this.#box.hidden = !this.#box.hidden;
    if (this.#parts || this.#loading) return;
    this.#loading = true;
    try {
      const [{ NetGraph }, { Figures, Legend }, { ServerMetrics }] = await Promise.all([
        import("./net-graph.js"),
        import("./figures.js"),
        import("./server-metrics.js"),
      ]);
      const legend = el("div", { class: "graph-legend" });
      const canvas = el("canvas", {
        role: "img",
        "aria-label": "Bytes by kind and delays over the last seconds",
      });
      const figures = el("dl", { class: "figures" });
      this.#box.append(legend, canvas, figures);
      this.#parts = {
        graph: new NetGraph(canvas),
        legend: new Legend(legend),
        figures: new Figures(figures),
        ticks: new ServerMetrics(),
      };
    } catch (error) {
      console.info("no graph:", error);
      this.#box.hidden = true;
    } finally {
      this.#loading = false;
    }
  }

  /** For each frame. @param {number} now ms @param {any} net @param {any} room */
  update(now, net, room) {
    if (this.#box.hidden || !this.#parts) return;
    const { graph, legend, figures, ticks } = this.#parts;
    if (now - this.#lookedAt > 2000) {
      this.#lookedAt = now;
      ticks.look();
    }
    graph.update(traffic, net, room);
    legend.update(now, traffic);
    figures.update(now, { net, room, traffic, samples: graph.samples, ticks });
  }
}
