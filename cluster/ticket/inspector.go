package ticket

import (
	"bytes"
	"sync"
	"time"
)

// InspectorConfig is what an [Inspector] is made from. Zero values are the stated defaults.
type InspectorConfig struct {
	Secret []byte           // the service's, MinSecret bytes at least; required
	Now    func() time.Time // default time.Now
}

// Inspector looks at tickets. Its methods may be called by any goroutine.
type Inspector struct {
	secret []byte
	now    func() time.Time

	// Guarded by mu. What is used is in one of two generations; the older one is dropped when none of it could be shown again. Only tickets that
	// the service has signed get in, so there are as many as it issues in the time of two.
	mu    sync.Mutex
	used  [2]map[id]struct{}
	since time.Time // of the newer generation
}

// window is for how long after its first showing a ticket could pass a second time: its life, and the skew in both directions.
const window = Life + 2*Skew

// NewInspector makes an inspector to which nothing has been shown.
func NewInspector(cfg InspectorConfig) (*Inspector, error) {
	if err := checkSecret(cfg.Secret); err != nil {
		return nil, err
	}
	i := &Inspector{secret: bytes.Clone(cfg.Secret), now: cfg.Now, used: [2]map[id]struct{}{{}, {}}}
	if i.now == nil {
		i.now = time.Now
	}
	return i, nil
}

// Inspect takes a ticket that is shown for the first time. Errors: [ErrWrong], [ErrLate], [ErrUsed].
func (i *Inspector) Inspect(text string) (Ticket, error) {
	s, err := decode(i.secret, text)
	if err != nil {
		return Ticket{}, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.now()
	switch left := s.expires.Sub(now); {
	case left <= -Skew:
		return Ticket{}, ErrLate
	case left > Life+Skew: // not from any clock of this service; it would outlive what is remembered of it
		return Ticket{}, ErrWrong
	}
	if now.Sub(i.since) >= window {
		i.used = [2]map[id]struct{}{{}, i.used[0]}
		if now.Sub(i.since) >= 2*window {
			i.used[1] = nil
		}
		i.since = now
	}
	for _, used := range i.used {
		if _, ok := used[s.id]; ok {
			return Ticket{}, ErrUsed
		}
	}
	i.used[0][s.id] = struct{}{}
	return s.Ticket, nil
}

// Remembered is how many used tickets are kept.
func (i *Inspector) Remembered() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.used[0]) + len(i.used[1])
}
