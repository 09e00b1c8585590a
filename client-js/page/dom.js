/**
 * The little the page needs of the DOM: nothing here ever parses HTML, so names from other players stay text.
 */

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * Makes an element. `props`: `class`, `text`, `on: {event: handler}`, `data: {key: value}`; booleans set or leave out an
 * attribute; anything else is an attribute's value.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key === "on")
      for (const [type, handler] of Object.entries(value)) node.addEventListener(type, handler);
    else if (key === "data") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(
    ...children.filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

/** Writes text only where it changed: a no-op for the layout sixty times a second. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A bar for `setMeter`. It repeats a number that is written beside it, so it is hidden from screen readers. */
export const meter = () => el("span", { class: "meter", "aria-hidden": "true" }, el("i"));

/** Fills a bar to `value` of `max`. */
export function setMeter(node, value, max) {
  const width = `${Math.round(Math.min(100, Math.max(0, (100 * value) / max)))}%`;
  if (node.firstElementChild.style.width !== width) node.firstElementChild.style.width = width;
}

/**
 * Keeps a list's children in step with `items` without rebuilding those that stay, so focus and hover survive updates.
 * `make(item)` returns an element, `update(element, item)` brings it up to date, `key(item)` is unique.
 */
export function keyed(list, items, { key, make, update }) {
  const old = new Map();
  for (const child of list.children) old.set(child.dataset.key, child);
  let place = list.firstElementChild;
  for (const item of items) {
    const id = String(key(item));
    let node = old.get(id);
    if (node) old.delete(id);
    else {
      node = make(item);
      node.dataset.key = id;
    }
    update(node, item);
    if (node === place) place = place.nextElementSibling;
    else list.insertBefore(node, place);
  }
  for (const node of old.values()) node.remove();
}
