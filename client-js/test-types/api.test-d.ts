// What the types let a game's page do, and what not. This file is compiled and never run; a line under @ts-expect-error must not compile.
import {
  type AnyGame,
  type Client,
  CloseCodes,
  ClosedError,
  connect,
  loadStep,
  preload,
  RequestError,
  type Room,
  type RowOf,
} from "@deltatick/client";
import type { Arena as ArenaSchema } from "../../games/arena/arena.js";
import type { Dots } from "../../games/dots/dots.js";

type Arena = ArenaSchema & { events: { kill: { killer: number; victim: number } } };
type Ship = RowOf<Arena, "ships">;

/** Fails to compile unless the two are the same type. */
declare function same<A, B>(
  _holds: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false,
): void;

export function typed(net: Client<Arena>, room: Room<Arena>) {
  same<typeof net.room, Room<Arena> | null>(true);
  net.on("room", (entered) => same<typeof entered, Room<Arena>>(true));
  net.on("status", ({ state, over }) => [state === "open", over === "http"]);
  // @ts-expect-error there is no such event
  net.on("rooms", () => {});

  // State: rows by id, to be read.
  const ship = room.state.tables.ships.get(1);
  same<typeof ship, Readonly<Ship> | undefined>(true);
  // @ts-expect-error no such table
  room.state.tables.boats;
  // @ts-expect-error no such field
  ship?.hitpoints;
  // @ts-expect-error rows are not written to
  if (ship) ship.hp = 3;
  // @ts-expect-error nor are tables
  room.state.tables.ships.delete(1);

  // Views: rows with their ids.
  for (const { id, x, alive } of room.view(performance.now()).ships) {
    same<typeof id, number>(true);
    same<typeof x, number>(true);
    same<typeof alive, boolean>(true);
  }
  // @ts-expect-error no such table
  room.view().boats;

  // Changes: the table says what the row is.
  const off = room.on("add", (table, id, row) => {
    same<typeof id, number>(true);
    if (table === "ships") same<typeof row, Readonly<Ship>>(true);
    // @ts-expect-error of which table is not known
    row.hp;
    // @ts-expect-error no such table
    if (table === "boats") return;
  });
  off();
  room.on("remove", (_table, _id, _row, how) => same<typeof how, "gone" | "left">(true));
  room.on("snapshot", (of) => same<typeof of, Room<Arena>>(true));
  room.on("resume", ({ missedTicks }) => same<typeof missedTicks, number>(true));

  // Input and events.
  room.input({ thrust: true });
  // @ts-expect-error not in the input
  room.input({ thurst: true });
  // @ts-expect-error of another type
  room.input({ thrust: 1 });
  room.onEvent("kill", ({ victim }, tick) => [victim + tick]);
  // @ts-expect-error no such event
  room.onEvent("kills", () => {});

  // Prediction: step and sample are the table's and the game's.
  const own = room.predict({
    table: "ships",
    row: () => 3,
    step(row, input, dt) {
      if (input.thrust) row.x += row.vx * dt;
    },
  });
  own.advance(0, () => ({ thrust: true }));
  same<ReturnType<typeof own.view>, (Ship & { id: number }) | null>(true);
  // @ts-expect-error not in the input
  own.advance(0, () => ({ brake: true }));
  // @ts-expect-error no such table
  room.predict({ table: "boats", row: () => 3, step() {} });
  room.interpolation = { delayMs: 100 };
}

export async function others(dots: Room<Dots>, any: Room, net: Client) {
  // A game whose events are not known may have any.
  dots.onEvent("whatever", (payload) => payload.at.all);
  same<Client["room"], Room<AnyGame> | null>(true);
  // Of a game of which nothing is known, neither rows nor inputs are.
  any.view().ships[0].x += 1;
  any.input({ left: true, aim: 0.5 });
  // @ts-expect-error an input is made of numbers and booleans
  any.input({ name: "Ada" });

  const { lobby } = await net.ready;
  const state = await lobby.create({ game: "arena", settings: { bots: 3 } });
  const [{ name, seat }] = state.members;
  lobby.on("state", (now) => now?.phase === "playing" && name + seat);
  // @ts-expect-error what is created is a game
  await lobby.create({ settings: {} });
  lobby.chat.on("message", ({ text, at }) => text + at);
  net.presence.on("presence", ({ state }) => state === "away");
  const reply = await net.request<{ paid: number }>("shop", "buy", { item: "hat" }, { once: true });
  same<typeof reply.paid, number>(true);
  net.stats.rtt + net.stats.perSecond.bytesIn;

  // Only connect makes clients.
  // @ts-expect-error
  new (await import("@deltatick/client")).Client({});
  // @ts-expect-error there is no such transport
  connect({ transports: ["quic"] });
  // @ts-expect-error tables are needed
  connect<{ rows: object }>();
}

export async function rest(source: ArrayBuffer, error: unknown) {
  await preload();
  (await loadStep(source))({}, {}, 1 / 20);
  if (error instanceof RequestError) return error.field;
  if (error instanceof ClosedError) return CloseCodes[error.code]?.retry === "fresh";
  return "";
}
