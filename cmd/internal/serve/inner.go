package serve

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/deltatick/deltatick/server"
)

// listenInner answers other nodes on a listener of their own, until stop is called. An empty addr has them answered where clients are.
func listenInner(addr string, s *server.Server) (stop func(), err error) {
	if addr == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("-cluster-listen %s: %w", addr, err)
	}
	// All that is served there are handshakes of WebSockets.
	srv := &http.Server{Handler: s.InnerHandler(), ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(listener) // ends with stop
	}()
	return func() {
		_ = srv.Close()
		<-served
	}, nil
}
