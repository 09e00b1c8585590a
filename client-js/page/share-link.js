/**
 * The address bar as an invitation: `/#join=CODE` joins that lobby, `/#watch=CODE` watches it, `&name=...` sets the name.
 * The fragment never reaches a server or its logs.
 */

const CODE = /^[A-HJKMNP-Z2-9]{6}$/;

/** What a fragment asks for: `{code, spectate, name}`, each possibly undefined. @param {string} hash */
export function parseHash(hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const asked = (params.get("join") ?? params.get("watch") ?? "").trim().toUpperCase();
  return {
    code: CODE.test(asked) ? asked : undefined,
    spectate: !params.has("join") && params.has("watch"),
    name: params.get("name")?.slice(0, 24) || undefined,
  };
}

/** The link that brings another player here. @param {string} code */
export const shareLink = (code) => `${location.origin}${location.pathname}#join=${code}`;

/**
 * Shows the lobby in the address bar (or nothing of it), leaving no trail in the history.
 * @param {string | null | undefined} code @param {boolean} [spectate]
 */
export function markAddress(code, spectate) {
  const hash = code ? `#${spectate ? "watch" : "join"}=${code}` : "";
  if (location.hash !== hash)
    history.replaceState(null, "", location.pathname + location.search + hash);
}
