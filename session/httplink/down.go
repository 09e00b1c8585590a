package httplink

import (
	"errors"
	"net/http"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// down answers a GET with what is pending. An answer that is broken off costs the link, since nobody knows what of it has arrived.
func (h *Handler) down(w http.ResponseWriter, r *http.Request, l *link) {
	mode := r.Header.Get(protocol.HeaderDown)
	if mode != protocol.DownStream && mode != protocol.DownPoll {
		h.refuse(w, http.StatusBadRequest, "want "+protocol.HeaderDown+": "+protocol.DownStream+" or "+protocol.DownPoll)
		return
	}
	if !l.down.TryLock() {
		h.refuse(w, http.StatusConflict, "another GET of this link is not answered yet")
		return
	}
	defer l.down.Unlock()
	l.unfetched.Stop()
	defer l.unfetched.Reset(h.cfg.FetchTimeout)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx and its kin
	if mode == protocol.DownPoll {
		h.poll(w, r, l)
	} else {
		h.stream(w, r, l)
	}
}

// poll answers with what there is, once there is something.
func (h *Handler) poll(w http.ResponseWriter, r *http.Request, l *link) {
	wait := time.NewTimer(h.cfg.PollWait)
	defer wait.Stop()
	records, last, err := l.fetch(r.Context(), wait.C, nil)
	switch {
	case err == nil:
		h.write(w, l, records, last)
	case errors.Is(err, errGone):
		h.Unknown.Add(1)
		http.Error(w, "the link is closed", http.StatusNotFound)
	default:
		_ = l.Close()
	}
}

// stream answers with all that there ever will be.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, l *link) {
	records, last := protocol.AppendRecord(nil, protocol.RecordNothing, nil), false
	for h.write(w, l, records, last) && !last {
		var err error
		if records, last, err = l.fetch(r.Context(), nil, records); err != nil {
			_ = l.Close()
			return
		}
	}
}

// write writes records out, and says so when that was all.
func (h *Handler) write(w http.ResponseWriter, l *link, records []byte, last bool) bool {
	out := http.NewResponseController(w)
	// Where the connection has no deadlines of its own, the hub notices that nothing is fetched any more.
	_ = out.SetWriteDeadline(time.Now().Add(h.cfg.WriteTimeout))
	_, err := w.Write(records)
	if err == nil {
		err = out.Flush()
	}
	_ = out.SetWriteDeadline(time.Time{})
	if err != nil {
		_ = l.Close()
		return false
	}
	if last {
		close(l.said)
	}
	return true
}
