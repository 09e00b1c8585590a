package httplink

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// up hands the records of a POST to whoever reads from the link.
func (h *Handler) up(w http.ResponseWriter, r *http.Request, l *link) {
	if !l.up.TryLock() {
		h.refuse(w, http.StatusConflict, "another POST of this link is not answered yet")
		return
	}
	defer l.up.Unlock()
	body, ok := h.body(w, r, protocol.MaxUp)
	if ok && h.deliver(w, r, l, body) {
		w.WriteHeader(http.StatusNoContent)
	}
}

// body reads all of a request's body, within bounds, or answers.
func (h *Handler) body(w http.ResponseWriter, r *http.Request, most int64) ([]byte, bool) {
	// Where the connection has no deadlines of its own, the server's are what there is.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.cfg.BodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	var tooBig *http.MaxBytesError
	switch {
	case err == nil:
		return body, true
	case errors.As(err, &tooBig):
		h.refuse(w, http.StatusRequestEntityTooLarge, "body too big")
	default:
		h.refuse(w, http.StatusBadRequest, "body not read")
	}
	return nil, false
}

// deliver hands records over one by one, or answers. A body that does not end with a record's end costs the link: what the rest of
// the record was is not to be known any more.
func (h *Handler) deliver(w http.ResponseWriter, r *http.Request, l *link, body []byte) bool {
	for len(body) > 0 {
		kind, payload, rest, _, ok := protocol.CutRecord(body)
		if !ok {
			_ = l.Close()
			h.refuse(w, http.StatusBadRequest, "half a record")
			return false
		}
		select {
		case l.in <- record{kind, payload}:
		case <-l.said:
			return true // what comes after a close record was sent is dropped, as on any socket
		case <-l.gone:
			h.Unknown.Add(1)
			http.Error(w, "the link is closed", http.StatusNotFound)
			return false
		case <-r.Context().Done():
			_ = l.Close()
			return false
		}
		body = rest
	}
	return true
}
