/** Whether the player asked their system for less motion; follows the setting live. */
const query = matchMedia("(prefers-reduced-motion: reduce)");

export const reducedMotion = () => query.matches;
