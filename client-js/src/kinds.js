/** Frame kinds, protocol section 2. Constants by themselves, so that a bundler puts the numbers in. */
export const HELLO = 1;
export const REQUEST = 2;
export const INPUT = 3;
export const ACK = 4;
export const PING = 5;
export const RESYNC = 6;
export const BYE = 7;
export const SEND = 8;
export const ANSWER = 9;
export const WELCOME = 16;
export const REPLY = 17;
export const EVENT = 18;
export const PONG = 19;
export const ENTER = 20;
export const SNAPSHOT = 21;
export const ASK = 22;
