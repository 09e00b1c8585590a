package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// ListenAndServe is [Server.Serve] of the server's own handler on a TCP address, such as "127.0.0.1:8080"; with port 0, on a free port.
// Once it listens, ready is called with the address at which a person on this machine opens the page, such as
// "http://localhost:8080"; nil: it is not told. An address that cannot be listened on is an error, and nothing was started.
func (s *Server) ListenAndServe(ctx context.Context, addr string, ready func(url string)) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	if ready != nil {
		ready(pageURL(listener.Addr()))
	}
	return s.Serve(ctx, listener, nil)
}

// Serve is [Server.Run] with an HTTP server in front of it, which takes the listener and closes it. The handler is that of a program with
// routes of its own, among them [Server.Handler]; nil: that alone. What a client may be slow with or have much of is bounded: 5 s for a header, of
// 16 KiB, 15 s with the body, a minute for the answer and for the next request. It ends as Run does when ctx ends, and the listener last: while
// the server drains, health and metrics still answer, and players who drop can still come back. A listener that fails ends
// the server, too, and is the error.
func (s *Server) Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	if handler == nil {
		handler = s.handler
	}
	front := newFront(handler)
	served := make(chan error, 1)
	house, stopHouse := context.WithCancel(ctx)
	defer stopHouse()
	go func() {
		served <- front.Serve(listener)
		stopHouse()
	}()
	err := s.Run(house)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), frontTimeout)
	defer cancel()
	if closeErr := front.Shutdown(closing); closeErr != nil {
		err = errors.Join(err, closeErr, front.Close())
	}
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// frontTimeout is for answers that are on their way when the server has ended.
const frontTimeout = 2 * time.Second

// newFront is the HTTP server. Its deadlines do not reach WebSockets, which have their own from the handshake on, nor answers of links over
// HTTP, which set theirs as they go on.
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

// pageURL is where a person on this machine opens the page.
func pageURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
