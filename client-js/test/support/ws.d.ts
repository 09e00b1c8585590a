/** What the tests use of the package ws, which brings no types. */
declare module "ws" {
  export class WebSocket {
    constructor(url: string);
  }
}
