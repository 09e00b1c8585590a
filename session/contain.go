package session

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// panicked is a panic of the house, or of anything else that a connection's goroutine ran.
type panicked struct {
	value any
	stack []byte
}

// Error gives the panic's value; the stack is for the log.
func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func isPanic(err error) bool {
	var p *panicked
	return errors.As(err, &p)
}

// contain turns a panic into an error. It is deferred by whoever calls what is not ours.
func (h *Hub) contain(err *error) {
	if v := recover(); v != nil {
		h.cfg.Counters.Panics.Add(1)
		*err = &panicked{v, debug.Stack()}
	}
}

// fault logs an error that is the server's, and not a client's. s is nil before there is a session.
func (h *Hub) fault(s *Session, during string, err error) {
	attrs := []any{"during", during, "err", err}
	if s != nil {
		attrs = append(attrs, "session", s.ID(), "user", s.User())
	}
	if p := (*panicked)(nil); errors.As(err, &p) {
		attrs = append(attrs, "stack", string(p.stack))
	}
	h.log.Error("fault", attrs...)
}
