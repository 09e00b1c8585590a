import { byId, el } from "./dom.js";

/** Says something small for a few seconds. At most four are on screen. */
export function toast(text, kind = "") {
  const box = byId("toasts");
  while (box.children.length >= 4) box.firstChild.remove();
  const note = el("p", { class: `toast ${kind}`, text });
  box.append(note);
  setTimeout(() => note.remove(), kind === "bad" ? 6000 : 3500);
}
