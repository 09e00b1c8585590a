package main

import (
	"net/http"
	"time"
)

// newFront is the HTTP server, with a bound on everything that a client may be slow with or have much of. Deadlines do not reach WebSockets,
// which have their own from the handshake on, nor answers of links over HTTP, which set theirs as they go on.
func newFront(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,  // the time that a hello has, too
		ReadTimeout:       15 * time.Second, // with the body; those of a link have 10 s from when they are asked for
		WriteTimeout:      time.Minute,      // the page and its client, 0.4 MB, at 56 kbit/s
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10, // browsers send 1 KB and cookies
	}
}
