// Package httplink carries a session's frames over plain HTTP, for networks that let no WebSocket through: a [session.Transport] made
// of requests. The frames are those of a WebSocket, so sessions, matches and limits do not know the difference.
//
// A link is opened by a POST and named by a secret that only travels in headers and bodies, never in a URL. What the server sends comes
// down in the answer to a GET: one that streams, or, where something on the way holds answers back until they are whole, one
// after another (long polling). What the client sends goes up in POSTs, one at a time. Each carries any number of records: see
// [protocol.AppendRecord], and docs/PROTOCOL.md, section 12, for the whole of it.
//
// Nothing is sent twice: a request that fails costs the link, as a broken socket would, and the session resumes on the next one.
package httplink
