package jwt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// RemoteConfig says where a key set is. Zero values are the stated defaults.
type RemoteConfig struct {
	URL string // of a JSON Web Key Set: https://, or http:// on this machine; required

	// RefreshEvery is how long a set that was fetched is taken for the newest one: it is not asked for a key that it does not have, nor
	// fetched anew because of one. Default 1 min.
	RefreshEvery time.Duration
	// MaxAge is after what time it is fetched anew by the way, so that a key that its owner took back is not good for ever. While
	// that fails, the known keys stay good. Default 1 h.
	MaxAge time.Duration
	// RetryEvery is how long to leave a source alone that did not answer. Default 5 s.
	RetryEvery time.Duration
	// Timeout bounds a fetch. It should be shorter than what a client may wait for its welcome. Default 3 s.
	Timeout time.Duration

	Transport http.RoundTripper // default http.DefaultTransport
	Logger    *slog.Logger      // default: discard
	Now       func() time.Time  // default time.Now
}

// maxKeySet is in bytes: far more than 32 keys take with certificates.
const maxKeySet = 256 << 10

// Remote is a key set behind a URL. It is fetched when a token comes for which there is no key, and otherwise at most every MaxAge, by the
// goroutine that asks; of those who ask at the same time, one fetches, and of the others only those wait who have no key. So neither a
// hello nor anybody who makes up the names of keys costs more than a fetch every RefreshEvery.
type Remote struct {
	cfg    RemoteConfig
	client http.Client

	// Guarded by mu, which is not held while a fetch is on.
	mu      sync.Mutex
	set     KeySet        // the newest; nil before the first
	fetched time.Time     // when that was begun to be fetched
	tried   time.Time     // when the newest fetch was begun
	err     error         // of the newest fetch
	flight  chan struct{} // closed at the end of the fetch that is on; nil while none is
}

// NewRemote makes a key set of what is behind a URL. It fetches nothing: a first [Remote.Refresh] shows early what would fail later.
func NewRemote(cfg RemoteConfig) (*Remote, error) {
	cfg.RefreshEvery = cmp.Or(cfg.RefreshEvery, time.Minute)
	cfg.MaxAge = cmp.Or(cfg.MaxAge, time.Hour)
	cfg.RetryEvery = cmp.Or(cfg.RetryEvery, 5*time.Second)
	cfg.Timeout = cmp.Or(cfg.Timeout, 3*time.Second)
	for name, d := range map[string]time.Duration{
		"RefreshEvery": cfg.RefreshEvery, "MaxAge": cfg.MaxAge, "RetryEvery": cfg.RetryEvery, "Timeout": cfg.Timeout,
	} {
		if d < 0 {
			return nil, fmt.Errorf("jwt: key set: %s %v: want 0 or more", name, d)
		}
	}
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := checkURL(cfg.URL); err != nil {
		return nil, err
	}
	return &Remote{cfg: cfg, client: http.Client{
		Transport: cfg.Transport,
		// The keys are those of the URL that the operator named, and of no other that it may point to.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// checkURL refuses a way on which somebody could put in keys of their own.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil {
		return errors.New("jwt: the URL of the key set is none")
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	if u.Host == "" || (u.Scheme != "https" && !(u.Scheme == "http" && local)) {
		return fmt.Errorf("jwt: key set at %s: want https://, or http:// on this machine", u.Redacted())
	}
	return nil
}

// Find looks through the newest set, and fetches a newer one first where that may help.
func (r *Remote) Find(ctx context.Context, id, algorithm string) ([]Key, error) {
	r.mu.Lock()
	found, err := r.set.Find(ctx, id, algorithm)
	flight, ours := r.flight, false
	if flight == nil && r.due(err != nil) {
		flight, ours = r.depart(), true
	}
	r.mu.Unlock()
	switch {
	case ours:
		r.fetch(ctx, flight)
	case err == nil:
		return found, nil
	case flight == nil:
		return nil, fmt.Errorf("%w yet: it was asked a moment ago", ErrUnreachable)
	default:
		if err := land(ctx, flight); err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if found, err = r.set.Find(ctx, id, algorithm); err != nil && r.err != nil {
		err = r.err
	}
	return found, err
}

// Refresh fetches the set now, or waits for a fetch that is on. Its error wraps ErrUnreachable.
func (r *Remote) Refresh(ctx context.Context) error {
	r.mu.Lock()
	flight, ours := r.flight, false
	if flight == nil {
		flight, ours = r.depart(), true
	}
	r.mu.Unlock()
	if ours {
		r.fetch(ctx, flight)
	} else if err := land(ctx, flight); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// due says whether a fetch may be begun, for a key that is missing or not. It needs mu.
func (r *Remote) due(missing bool) bool {
	now := r.cfg.Now()
	switch {
	case r.err != nil && now.Sub(r.tried) < r.cfg.RetryEvery:
		return false
	case missing:
		return now.Sub(r.fetched) >= r.cfg.RefreshEvery
	}
	return now.Sub(r.fetched) >= r.cfg.MaxAge
}

// depart begins a fetch. It needs mu.
func (r *Remote) depart() (flight chan struct{}) {
	r.tried, r.flight = r.cfg.Now(), make(chan struct{})
	return r.flight
}

// land waits for somebody else's fetch.
func land(ctx context.Context, flight <-chan struct{}) error {
	select {
	case <-flight:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrUnreachable, ctx.Err())
	}
}

// fetch carries out a fetch that has begun. Others wait for it, so it does not end with the client that happened to be the first.
func (r *Remote) fetch(ctx context.Context, flight chan struct{}) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Timeout)
	defer cancel()
	var set KeySet
	err := errors.New("the fetch broke off")
	defer func() { // whatever becomes of it, those who wait must not wait for ever
		r.mu.Lock()
		defer r.mu.Unlock()
		r.err, r.flight = nil, nil
		if err != nil {
			r.err = fmt.Errorf("%w: %w", ErrUnreachable, err)
		} else {
			r.set, r.fetched = set, r.tried
		}
		close(flight)
	}()
	if set, err = r.get(ctx); err != nil {
		r.cfg.Logger.Warn("key set not fetched", "err", err)
		return
	}
	r.cfg.Logger.Debug("key set fetched", "keys", len(set))
}

// get makes one request.
func (r *Remote) get(ctx context.Context) (KeySet, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, r.cfg.URL, nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Accept", "application/jwk-set+json, application/json")
	q.Close = true // the next one is long from now
	resp, err := r.client.Do(q)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server of the key set answered %s", resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxKeySet+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxKeySet:
		return nil, fmt.Errorf("a key set of more than %d bytes", maxKeySet)
	}
	return KeySetJSON(text)
}
