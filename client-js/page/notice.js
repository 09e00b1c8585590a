import { byId, el } from "./dom.js";

/**
 * Says something that has to be answered. `actions` are `{text, primary, act}`; the dialog closes before one acts. It
 * cannot be dismissed with Escape, because the page behind it has no connection.
 */
export function notice(title, text, actions) {
  const box = byId("notice");
  const buttons = actions.map(({ text: label, primary, act }) => {
    const go = () => {
      box.close();
      act();
    };
    const looks = { class: primary ? "primary" : "", autofocus: primary };
    return el("button", { type: "button", text: label, on: { click: go }, ...looks });
  });
  box.replaceChildren(
    el("h2", { id: "notice-title", text: title }),
    el("p", { id: "notice-text", text }),
    el("div", { class: "actions" }, ...buttons),
  );
  box.oncancel = (event) => event.preventDefault();
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  box.showModal();
}

export function closeNotice() {
  byId("notice").close();
}
