// Package session knows who is connected: it turns sockets into sessions that survive them.
//
// A [Hub] takes connections (a WebSocket through ServeHTTP, or any [Transport] through Serve), expects a hello, and gives
// each a new [Session] or the one whose resume token it shows. From then on the house behind the hub, a [Handler], hears of
// the session: Connected, Request, Event, Disconnected, and at last Expired; each event of the client's once and in order, whatever connections they
// came over. What the house has for the client goes out in four ways:
//
//   - a reply, to a request; kept, and given again, for one that says that it is to run once;
//   - an event, by [Session.Emit]: numbered, kept until the client has acknowledged it, and replayed after a resume;
//   - an ask, by [Session.Ask], which waits for the client's answer and is never repeated;
//   - frames of a match, through a [Link], which belongs to one connection: some are queued, a snapshot is only ever offered.
//
// What becomes of each when a connection drops is told in docs/sessions.md. What the client sends of a match goes to the session's [Stream], undecoded.
//
// # One connection
//
// Two goroutines serve a connection. The one that called Serve reads; the other writes. Everything ordered goes through one
// bounded queue, so it leaves in the order of the calls that put it there; beside the queue is one place for a snapshot,
// which leaves when what was in the queue before it has left. A queue that overflows ends the connection: nobody ever waits for a
// slow peer.
//
// In a match, the reading goroutine of a bare socket waits for inputs inside one call of the runtime, and takes nothing else there (attend.go).
//
// A connection ends once, for the first reason that is given. The writing goroutine then tries to send a close frame; the
// reading one throws away what still arrives until the peer has closed too, since a socket that is closed on unread bytes
// takes the close frame back; and a timer closes the socket when that has taken a second, whatever state it is in.
//
// # Limits
//
// Before it is a connection, an HTTP request is asked for its address's limits ([Hub.Enter]); what arrives on a connection, for its session's: bytes
// first, then those of the frame's kind. They are token buckets, in the [Session], and gone with it. docs/sessions.md has all of them in one table.
//
// # Resuming
//
// A session has at most one connection. A resume puts the new one in the older one's place at once and fences the older off: no
// frame of it is taken from then on, its links are dead, and its end is nobody's business. Resume tokens are
// generations: the session remembers the newest that it gave out and the oldest that it still takes. A frame on a
// connection proves that its welcome arrived, and with that, every token older than the one in that welcome is spent.
//
// A session without a connection is away. It is over when it has been away for the grace period, when the client said bye, or
// when the hub shut down.
//
// # Transfers
//
// What is too large for a frame goes as an upload, to where Config.Upload says, or, by [Session.Download], as a download: in chunks, over one connection after
// another. An upload's chunks are taken like any frame, by the reading goroutine. Nothing of a download is queued: when the writing goroutine has nothing else to do,
// it asks for a chunk, and gets one if that will not make anybody wait who comes next ([transfer.Pace]).
//
// # Credentials
//
// An [Authenticator] says who a client is, and until when that is proven. While a session whose credentials expire is connected, one timer
// runs for it: it has the client asked for newer ones, which a request brings, and ends the connection when none have come. The session is
// away then, and a resume needs fresh credentials of its user. Roles are those of the newest ones; user and name never change.
//
// An authenticator is called by the reading goroutine, in a renewal in the session's turn, and may wait for others. It may do so for as long as a
// hello may take, and no longer than the connection lasts: its end ends the call's context.
//
// # Locks
//
// There are five, taken in this order and never in another:
//
//  1. Session.turn, held by whoever calls the house or the stream for a session: its reading goroutine, its grace timer, or
//     Shutdown. It makes those calls one after another, which is what lets a fence be strict: a newcomer waits for the one frame that
//     the older connection is handling, and no other is taken after it. It is the only lock held across such calls. With it come the
//     session's limits, the replies that it keeps and its uploads, which only those who hold it look at.
//  2. Session.mu, for a session's connection, tokens, events and asks, and the timers of its absence and its credentials. A welcome and its
//     replay are queued under it as a whole, so nothing that is emitted meanwhile comes between; the number of the newest event of the client's
//     changes under both, so what a welcome says of it stays true.
//  3. downloads.mu, for a session's downloads.
//  4. outgoing.mu, for one connection's queue and snapshot.
//  5. Hub.mu, for the hub's two sets. Nothing is called under it.
//
// The table of addresses has one of its own, which is taken with none of these held, at a connection's beginning and end.
//
// Emit, EmitPrepared, End, SetStream, OpenLink and a Link's methods take the second and fourth for a few instructions each, never the first, so
// the house may call them from anywhere, also inside the calls it gets and under locks of its own. Ask and AskAll take no more, but wait for an
// answer without any: they belong in no call of the house for a session that is asked, and under no lock. Download, and a Download's
// methods, take the third and fourth.
package session
