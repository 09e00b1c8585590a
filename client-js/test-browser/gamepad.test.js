import assert from "node:assert/strict";
import { test } from "node:test";
import { Gamepad } from "../page/gamepad.js";

/**
 * A pad as a browser tells of it.
 * @param {{axes?: number[], down?: number[], at?: number, mapping?: string, connected?: boolean}} is
 */
const padOf = ({ axes = [0, 0], down = [], at = 1, mapping = "standard", connected = true }) => ({
  axes,
  buttons: Array.from({ length: 17 }, (_, i) => ({ value: down.includes(i) ? 1 : 0 })),
  timestamp: at,
  mapping,
  connected,
});

/** A gamepad over whatever `pads` holds at the time, and how often the menu was asked for. */
function plugged() {
  /** @type {(ReturnType<typeof padOf> | null)[]} */
  const pads = [];
  const said = { menu: 0 };
  const gamepad = new Gamepad(
    () => said.menu++,
    () => pads,
  );
  return { pads, said, gamepad };
}

test("a stick near its middle says nothing, beyond it aims, and far out thrusts", () => {
  const { pads, gamepad } = plugged();
  pads[0] = padOf({ axes: [0.15, -0.15] });
  gamepad.poll();
  assert.deepEqual([gamepad.connected, gamepad.aimed, gamepad.thrust], [true, false, false]);
  pads[0] = padOf({ axes: [0, 0.5] });
  gamepad.poll();
  assert.deepEqual([gamepad.aimed, gamepad.thrust], [true, false]);
  assert.ok(Math.abs(gamepad.aim - Math.PI / 2) < 1e-9);
  pads[0] = padOf({ axes: [-0.7, -0.7] });
  gamepad.poll();
  assert.equal(gamepad.thrust, true);
});

test("triggers and face buttons fire and thrust, and the cross turns", () => {
  const { pads, gamepad } = plugged();
  for (const [down, fire, thrust, turn] of /** @type {[number[], boolean, boolean, number][]} */ ([
    [[0], true, false, 0],
    [[7, 6], true, true, 0],
    [[14], false, false, -1],
    [[15, 12], false, true, 1],
    [[14, 15], false, false, 0],
  ])) {
    pads[0] = padOf({ down });
    gamepad.poll();
    assert.deepEqual([gamepad.fire, gamepad.thrust, gamepad.turn], [fire, thrust, turn], `${down}`);
  }
});

test("a pad that is pulled out lets go of everything, and the one used last is listened to", () => {
  const { pads, gamepad } = plugged();
  pads[0] = padOf({ down: [0], axes: [1, 0], at: 5 });
  gamepad.poll();
  assert.equal(gamepad.fire, true);
  pads[0] = null;
  gamepad.poll();
  const { connected, fire, thrust, aimed } = gamepad;
  assert.deepEqual([connected, fire, thrust, aimed], [false, false, false, false]);
  pads[1] = padOf({ down: [0], at: 9 });
  pads[2] = padOf({ at: 10, down: [1] });
  pads[3] = padOf({ at: 11, mapping: "", down: [0] }); // of no known layout
  gamepad.poll();
  assert.deepEqual([gamepad.fire, gamepad.thrust], [false, true]);
});

test("the menu button asks once for each press", () => {
  const { pads, said, gamepad } = plugged();
  for (const down of [[9], [9], [], [9]]) {
    pads[0] = padOf({ down });
    gamepad.poll();
  }
  assert.equal(said.menu, 2);
});
