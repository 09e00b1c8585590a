const TURN = Math.PI * 2;

/** `angle` in 0..2π, as angles travel. @param {number} angle */
export const positive = (angle) => ((angle % TURN) + TURN) % TURN;

/**
 * Makes one input out of keyboard, mouse, touch and gamepad. Turning by key wins over aiming, because whoever presses it
 * means it.
 * @param {{down: (what: string) => boolean}} keys
 * @param {{held: boolean, fire: boolean, thrust: boolean, x: number, y: number}} pointer in CSS pixels
 * @param {{aimed: boolean, aim: number, thrust: boolean, fire: boolean}} touch
 * @param {{aimed: boolean, aim: number, turn: number, thrust: boolean, fire: boolean}} pad a gamepad
 * @param {{x: number, y: number}} own where one's ship is on the screen, in CSS pixels
 */
export function mergeControls(keys, pointer, touch, pad, own) {
  const byKey = Number(keys.down("right")) - Number(keys.down("left"));
  const steers = keys.down("left") || keys.down("right") || pad.turn !== 0;
  const input = {
    turn: Math.max(-1, Math.min(1, byKey + pad.turn)),
    thrust: keys.down("thrust") || pointer.thrust || touch.thrust || pad.thrust,
    fire: keys.down("fire") || pointer.fire || touch.fire || pad.fire,
    aim: 0,
    aimed: false,
  };
  if (steers) return input;
  if (touch.aimed) return { ...input, aimed: true, aim: positive(touch.aim) };
  if (pad.aimed) return { ...input, aimed: true, aim: positive(pad.aim) };
  if (pointer.held)
    return {
      ...input,
      aimed: true,
      aim: positive(Math.atan2(pointer.y - own.y, pointer.x - own.x)),
    };
  return input;
}

/**
 * The input without what a game that knows no aiming does not take.
 * @param {{turn: number, thrust: boolean, fire: boolean}} input
 */
export const plainInput = ({ turn, thrust, fire }) => ({ turn, thrust, fire });
