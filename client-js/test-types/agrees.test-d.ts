// Holds the declared types to those that tsc reads out of the sources: what a source gives must do as what is declared of it, and neither
// may have a member that the other lacks. This file is compiled and never run.

import type * as Auth from "../src/auth.js";
import type { Chat as SourceChat, Message as SourceMessage } from "../src/chat.js";
import type { CloseInfo as SourceCloseInfo } from "../src/codes.js";
import type { Status as SourceStatus } from "../src/connection.js";
import type * as S from "../src/index.js";
import type { Lobby as SourceLobby } from "../src/lobby.js";
import type { Options as SourceOptions } from "../src/options.js";
import type {
  Prediction as SourcePrediction,
  Predictor as SourcePredictor,
} from "../src/predictor.js";
import type { Presence as SourcePresence, Presences as SourcePresences } from "../src/presence.js";
import type { asking, atOnce } from "../src/stand-in.js";
import type { Stats as SourceStats } from "../src/stats.js";
import type { Step as SourceStep } from "../src/step.js";
import type { DownloadOptions, Meta, UploadOptions } from "../src/transfers.js";
import type * as D from "../types/index.js";

/** Members that are for everyone: those of no underscore. */
type Public<T> = Exclude<keyof T, `_${string}`>;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
declare function check<_Holds extends true>(): void;
declare function is<Wanted>(given: Wanted): void;
declare const from: <T>() => T;

// Classes: one way by their types, both ways by their members.
is<D.Client>(from<S.Client>());
is<D.Room>(from<S.Room>());
is<Omit<D.Lobby, "chat">>(from<SourceLobby>());
is<D.Chat>(from<SourceChat>());
is<D.Presences>(from<SourcePresences>());
is<D.Stats>(from<SourceStats>());
is<D.Predictor>(from<SourcePredictor>());
is<D.RequestError>(from<S.RequestError>());
is<D.ClosedError>(from<S.ClosedError>());
check<Same<Public<S.Client>, keyof D.Client>>();
check<Same<Public<S.Room>, keyof D.Room>>();
check<Same<Public<SourceLobby>, keyof D.Lobby>>();
check<Same<Public<SourceChat>, keyof D.Chat>>();
check<Same<Public<SourcePresences>, keyof D.Presences>>();
check<
  Same<Exclude<Public<SourceStats>, "received" | "sent" | "applied" | "roundTrip">, keyof D.Stats>
>();
check<Same<Exclude<Public<SourcePredictor>, "input">, keyof D.Predictor>>();
check<Same<keyof S.Room["stats"], keyof D.RoomStats>>();

// What handlers can be put on by name.
check<Same<Parameters<S.Client["on"]>[0], keyof D.ClientEvents>>();
check<Same<Parameters<S.Room["on"]>[0], keyof D.RoomEvents>>();
check<Same<Parameters<SourceLobby["on"]>[0], keyof D.LobbyEvents>>();
check<Same<Parameters<SourceChat["on"]>[0], keyof D.ChatEvents>>();

// Plain data: both ways.
check<Same<SourceOptions, D.Options>>();
check<Same<SourceStatus, D.Status>>();
check<Same<SourceCloseInfo, D.CloseInfo>>();
check<Same<SourceMessage, D.Message>>();
check<Same<SourcePresence, D.Presence>>();
check<Same<SourcePrediction, D.Prediction>>();
check<Same<SourceStep, D.Step>>();
check<Same<Auth.Auth, D.Auth>>();
check<Same<UploadOptions, D.UploadOptions>>();
check<Same<DownloadOptions, D.DownloadOptions>>();
check<Same<Meta, D.Meta>>();

// What the module has.
check<Same<keyof typeof S, keyof typeof D>>();
is<(options?: D.Options) => D.Client>(from<typeof S.connect>());
is<typeof D.preload>(from<typeof S.preload>());
is<typeof D.loadStep>(from<typeof S.loadStep>());
is<(typeof D.CloseCodes)[number]>(from<(typeof S.CloseCodes)[4000]>());

// What stands for lobby, chat and presence until they are loaded has their methods, and returns at once from those that do.
type Methods<T> = { [K in keyof T]: T[K] extends (...args: never) => unknown ? K : never }[keyof T];
type Asking<T> = {
  [K in keyof T]: T[K] extends (...args: never) => Promise<unknown> ? K : never;
}[keyof T];
check<Same<(typeof asking.lobby)[number], Asking<D.Lobby>>>();
check<Same<(typeof asking.chat)[number], Asking<D.Chat>>>();
check<Same<(typeof asking.presence)[number], Asking<D.Presences>>>();
check<Same<(typeof atOnce.lobby)[number], Exclude<Methods<D.Lobby>, Asking<D.Lobby>>>>();
check<Same<(typeof atOnce.chat)[number], Exclude<Methods<D.Chat>, Asking<D.Chat>>>>();
check<Same<(typeof atOnce.presence)[number], Exclude<Methods<D.Presences>, Asking<D.Presences>>>>();
