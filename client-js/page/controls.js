const TURN = Math.PI * 2;

/** `angle` in 0..2π, as angles travel. */
const positive = (angle) => ((angle % TURN) + TURN) % TURN;

/**
 * Makes one input out of keyboard, mouse and touch. Turning by key wins over aiming, because whoever presses it means it.
 * @param keys, pointer, touch the three sources as they are now
 * @param own where one's ship is on the screen: `{x, y}` in CSS pixels
 */
export function mergeControls(keys, pointer, touch, own) {
  const turn = Number(keys.down("right")) - Number(keys.down("left"));
  const steers = keys.down("left") || keys.down("right");
  const input = {
    turn,
    thrust: keys.down("thrust") || pointer.thrust || touch.thrust,
    fire: keys.down("fire") || pointer.fire || touch.fire,
    aim: 0,
    aimed: false,
  };
  if (steers) return input;
  if (touch.aimed) return { ...input, aimed: true, aim: positive(touch.aim) };
  if (pointer.held)
    return {
      ...input,
      aimed: true,
      aim: positive(Math.atan2(pointer.y - own.y, pointer.x - own.x)),
    };
  return input;
}

/** The input without what a game that knows no aiming does not take. */
export const plainInput = ({ turn, thrust, fire }) => ({ turn, thrust, fire });
