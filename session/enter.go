package session

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
)

// Enter takes one connection of a request's address in, before anything is done for it, and reports true; the caller calls leave once when
// the connection has ended or has not come about. Otherwise the request is answered: 429 for an address that has too many connections or
// shakes hands too often, 503 when there are too many addresses, with the seconds to wait in Retry-After. ServeHTTP does this
// itself; it is for those who make another [Transport] of requests. See [Config.MaxPerAddress].
func (h *Hub) Enter(w http.ResponseWriter, r *http.Request) (leave func(), ok bool) {
	addr := h.proxies.client(r)
	if ofOurOwn(addr) {
		h.hint(r, addr)
		return func() {}, true
	}
	key := household(addr)
	why, ok := h.addresses.enter(key)
	if ok {
		return func() { h.addresses.leave(key) }, true
	}
	h.cfg.Counters.Handshakes[why].Add(1)
	h.log.Debug("handshake refused", "address", addr, "why", why)
	status, wait := http.StatusTooManyRequests, busyWait
	switch why {
	case RefusedRate:
		wait = int(math.Ceil(1 / h.cfg.HandshakeRate)) // by then there is a token again
	case RefusedAddresses:
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Retry-After", strconv.Itoa(wait))
	http.Error(w, why.text(), status)
	return nil, false
}

// busyWait is told, in seconds, when it is not known how long something takes: until another connection ends.
const busyWait = 10

// hint tells the operator, once, that all players may be seen under the address of a proxy.
func (h *Hub) hint(r *http.Request, addr netip.Addr) {
	if len(h.proxies) > 0 || r.Header.Get("X-Forwarded-For") == "" {
		return
	}
	h.hinted.Do(func() {
		h.log.Warn("a proxy that is not trusted forwards requests: until it is named, no address is limited behind it", "proxy", addr)
	})
}
