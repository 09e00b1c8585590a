/**
 * A canvas kept exactly as large as its box in device pixels, so lines are crisp on any display and at any zoom. Drawing
 * code works in CSS pixels or, after `intoField`, in field units.
 */
export class Stage {
  width = 1; // CSS pixels
  height = 1;
  ratio = 1; // device pixels per CSS pixel
  version = 0; // grows whenever the size changes: what was rendered ahead for the old size is stale

  constructor(canvas, onResize = () => {}) {
    this.canvas = canvas;
    this.g = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(([entry]) => {
      this.#resize(entry.contentRect, entry.devicePixelContentBoxSize?.[0]);
      onResize();
    }).observe(canvas);
  }

  #resize({ width, height }, device) {
    if (width === 0 || height === 0) return; // hidden
    // The exact size in device pixels where the browser tells it; an emulated display reports its real one, so it is checked.
    const exact = device && Math.abs(device.inlineSize / width / devicePixelRatio - 1) < 0.05;
    const pixels = exact
      ? device
      : {
          inlineSize: Math.round(width * devicePixelRatio),
          blockSize: Math.round(height * devicePixelRatio),
        };
    this.width = width;
    this.height = height;
    this.ratio = pixels.inlineSize / width;
    this.canvas.width = pixels.inlineSize;
    this.canvas.height = pixels.blockSize;
    this.version++;
  }

  /** Coordinates from here on are CSS pixels. */
  intoWindow() {
    this.g.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  /** Coordinates from here on are field units, seen by `camera`. */
  intoField({ scale, x, y }) {
    const k = scale * this.ratio;
    this.g.setTransform(k, 0, 0, k, x * this.ratio, y * this.ratio);
  }
}
