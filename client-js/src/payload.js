/** A list in a payload, or an empty one for whatever else is there. @param {any} v @returns {any[]} */
export const listOf = (v) => (Array.isArray(v) ? v : []);
