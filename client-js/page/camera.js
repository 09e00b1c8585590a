/**
 * Where the field lies on the screen: `screen = field * scale + (x, y)`, in CSS pixels.
 *
 * The whole field is shown when it fits at `minScale` or larger. On a smaller screen the scale stays at `minScale`, so
 * ships stay big enough to read, and the view follows `focus` without leaving the field.
 *
 * @param {{width: number, height: number, top: number, right: number, bottom: number, left: number}} view
 *   the window and what its edges are taken up by, CSS pixels
 * @param {{width: number, height: number}} field in field units
 * @param {{x: number, y: number}} focus in field units
 * @param {number} minScale CSS pixels per field unit
 */
export function cameraFor(view, field, focus, minScale) {
  const wide = view.width - view.left - view.right;
  const high = view.height - view.top - view.bottom;
  const fit = Math.min(wide / field.width, high / field.height);
  const scale = Math.max(fit, minScale, 0.02);
  return {
    scale,
    x: place(view.left, wide, field.width * scale, focus.x * scale),
    y: place(view.top, high, field.height * scale, focus.y * scale),
    follows: scale > fit * 1.001,
  };
}

/**
 * The start of a length of `size` in a window of `room` at `start`: centred if it fits, else with `focus` in the middle.
 * @param {number} start @param {number} room @param {number} size @param {number} focus
 */
function place(start, room, size, focus) {
  if (size <= room) return start + (room - size) / 2;
  return Math.min(start, Math.max(start + room - size, start + room / 2 - focus));
}
