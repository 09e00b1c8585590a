package simulator

import (
	"sync/atomic"
	"time"
)

// window is the time that counts. It opens when all bots are in and shuts once.
type window struct {
	opened, shut atomic.Pointer[time.Time]
}

func (w *window) open(now time.Time)  { w.opened.Store(&now) }
func (w *window) close(now time.Time) { w.shut.CompareAndSwap(nil, &now) }

func (w *window) isShut() bool { return w.shut.Load() != nil }

// clip is the part of from..to that lies in the window.
func (w *window) clip(from, to time.Time) time.Duration {
	opened, shut := w.opened.Load(), w.shut.Load()
	if opened == nil {
		return 0
	}
	if from.Before(*opened) {
		from = *opened
	}
	if shut != nil && to.After(*shut) {
		to = *shut
	}
	return max(to.Sub(from), 0)
}

func (w *window) contains(t time.Time) bool {
	opened, shut := w.opened.Load(), w.shut.Load()
	return opened != nil && !t.Before(*opened) && (shut == nil || !t.After(*shut))
}
