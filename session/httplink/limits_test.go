package httplink_test

import (
	"bytes"
	"context"
	"net/http"
	"net/netip"
	"runtime"
	"testing"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/httplink"
)

func TestALinkIsAConnectionOfItsAddress(t *testing.T) {
	counters := new(session.Counters)
	s := newSite(t, func(h *session.Config, _ *httplink.Config) {
		h.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} // which the test is behind
		h.MaxPerAddress, h.HandshakeRate, h.Counters = 1, 1e6, counters
	})
	open := func() (status int, id []byte) {
		return s.ask(context.Background(), http.MethodPost, hello(), "X-Forwarded-For", "203.0.113.7")
	}
	status, id := open()
	if status != http.StatusCreated {
		t.Fatalf("status %d", status)
	}
	if status, _ = open(); status != http.StatusTooManyRequests {
		t.Errorf("a second link: status %d", status)
	}
	if n := counters.Handshakes[session.RefusedOpen].Load(); n != 1 {
		t.Errorf("%d refusals counted", n)
	}
	// What is asked on the link goes on, and its end makes room.
	s.want(http.StatusNoContent, http.MethodPost, nil, protocol.HeaderLink, string(id), "X-Forwarded-For", "203.0.113.7")
	s.want(http.StatusBadRequest, http.MethodPost, []byte{0}, protocol.HeaderLink, string(id))
	for status = 0; status != http.StatusCreated && t.Context().Err() == nil; status, _ = open() {
		runtime.Gosched()
	}
}

func TestAnOpeningThatFailsHoldsNoPlace(t *testing.T) {
	s := newSite(t, func(h *session.Config, _ *httplink.Config) {
		h.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		h.MaxPerAddress = 1
	})
	from := []string{"X-Forwarded-For", "203.0.113.7"}
	s.want(http.StatusRequestEntityTooLarge, http.MethodPost, make([]byte, protocol.MaxHelloFrame+5), from...)
	s.want(http.StatusCreated, http.MethodPost, hello(), from...)
}

func TestFloodingWithRecordsThatAreNoFramesIsClosed(t *testing.T) {
	for name, one := range map[string][]byte{
		"of nothing":         protocol.AppendRecord(nil, protocol.RecordNothing, nil),
		"of an unknown kind": protocol.AppendRecord(nil, 99, []byte("what?")),
		"pings":              protocol.AppendRecord(nil, protocol.RecordPing, nil),
	} {
		t.Run(name, func(t *testing.T) {
			counters := new(session.Counters)
			s := newSite(t, func(h *session.Config, _ *httplink.Config) { h.Counters = counters })
			id := s.open()
			s.poll(id) // the welcome
			s.want(http.StatusNotFound, http.MethodPost, bytes.Repeat(one, 300), protocol.HeaderLink, id)
			if n := counters.Closed(protocol.CloseFlooding); n != 1 {
				t.Errorf("%d closes counted", n)
			}
		})
	}
}

func TestAPingHoldsNoMoreThanThatOfAWebSocket(t *testing.T) {
	s := newSite(t, nil)
	id := s.open()
	s.poll(id)
	s.want(http.StatusNoContent, http.MethodPost, protocol.AppendRecord(nil, protocol.RecordPing, make([]byte, 126)), protocol.HeaderLink, id)
	kinds, payloads := s.poll(id)
	if len(kinds) == 0 || kinds[len(kinds)-1] != protocol.RecordClose {
		t.Fatalf("records %v came", kinds)
	}
	if closed, _ := protocol.ReadClose(payloads[len(payloads)-1]); closed.Code != protocol.CloseTooBig {
		t.Errorf("closed with %d", closed.Code)
	}
}
