package jwt_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/protocol"
	. "github.com/deltatick/deltatick/session/jwt"
)

// issuer publishes keys, counts who asks, and can fail.
type issuer struct {
	*testing.T
	mu     sync.Mutex
	keys   []jwkset.JWKMarshal
	asked  int
	status int // if not 0
	hold   chan struct{}
	body   []byte // in place of the keys
	clock  time.Time
}

func (i *issuer) publish(ids map[string]ed25519.PrivateKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = nil
	for id, key := range ids {
		i.keys = append(i.keys, published(i, id, key.Public(), jwkset.AlgEdDSA, jwkset.UseSig))
	}
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	i.asked++
	status, body, hold := i.status, i.body, i.hold
	if body == nil {
		body = keySetJSON(i, i.keys...)
	}
	i.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if status != 0 {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}
	_, _ = w.Write(body)
}

func (i *issuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

func (i *issuer) later(d time.Duration) { i.set(func() { i.clock = i.clock.Add(d) }) }

func (i *issuer) now() time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.clock
}

func (i *issuer) expectAsked(want int) {
	i.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.asked != want {
		i.Errorf("asked %d times, want %d", i.asked, want)
	}
}

// newIssuer serves key sets over HTTP on this machine; the remote's clock is the issuer's.
func newIssuer(t *testing.T, edit ...func(*RemoteConfig)) (*issuer, *Remote) {
	t.Helper()
	i := &issuer{T: t, clock: now}
	front := httptest.NewServer(i)
	t.Cleanup(front.Close)
	cfg := RemoteConfig{URL: front.URL + "/keys.json", Now: i.now}
	for _, change := range edit {
		change(&cfg)
	}
	r, err := NewRemote(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return i, r
}

// enter has a token of a key looked at, and gives the code with which its client would be refused, or 0.
func enter(t *testing.T, keys Keys, id string, key ed25519.PrivateKey) protocol.CloseCode {
	t.Helper()
	_, err := strict(t, keys).Authenticate(t.Context(), []string{"jwt", mint(t, jwt.SigningMethodEdDSA, key, id, good())})
	var closed *protocol.Closed
	switch {
	case err == nil:
		return 0
	case errors.As(err, &closed):
		return closed.Code
	}
	return protocol.CloseUnauthorized
}

func TestAKeySetIsFetchedOnceForAllHellos(t *testing.T) {
	i, r := newIssuer(t)
	a := edKey(t)
	i.publish(map[string]ed25519.PrivateKey{"a": a})
	i.expectAsked(0) // making it asks nobody
	for range 10 {
		if code := enter(t, r, "a", a); code != 0 {
			t.Errorf("refused with %d", code)
		}
	}
	i.expectAsked(1)
}

func TestKeysAreRotated(t *testing.T) {
	i, r := newIssuer(t)
	a, b := edKey(t), edKey(t)
	i.publish(map[string]ed25519.PrivateKey{"a": a})
	if code := enter(t, r, "a", a); code != 0 {
		t.Fatalf("refused with %d", code)
	}
	i.publish(map[string]ed25519.PrivateKey{"a": a, "b": b})
	i.later(time.Minute)
	for id, key := range map[string]ed25519.PrivateKey{"a": a, "b": b} {
		if code := enter(t, r, id, key); code != 0 {
			t.Errorf("key %s: refused with %d", id, code)
		}
	}
	i.expectAsked(2)
	i.publish(map[string]ed25519.PrivateKey{"b": b})
	i.later(time.Hour) // after which a key that was taken back is good no more
	if code := enter(t, r, "a", a); code != protocol.CloseUnauthorized {
		t.Errorf("the old key: %d", code)
	}
	if code := enter(t, r, "b", b); code != 0 {
		t.Errorf("the new key: refused with %d", code)
	}
	i.expectAsked(3)
}

func TestUnknownKeysAreAskedForOnceAMinute(t *testing.T) {
	i, r := newIssuer(t)
	a, b := edKey(t), edKey(t)
	i.publish(map[string]ed25519.PrivateKey{"a": a})
	if code := enter(t, r, "b", b); code != protocol.CloseUnauthorized {
		t.Errorf("a key that the newest set does not have: %d", code)
	}
	for range 59 {
		i.later(time.Second)
		if code := enter(t, r, "b", b); code != protocol.CloseBusy { // it may have been published a moment ago
			t.Errorf("a key that may be new: %d", code)
		}
		if code := enter(t, r, "a", a); code != 0 {
			t.Errorf("a known key: refused with %d", code)
		}
	}
	i.expectAsked(1)
	i.publish(map[string]ed25519.PrivateKey{"a": a, "b": b})
	i.later(time.Second)
	if code := enter(t, r, "b", b); code != 0 {
		t.Errorf("the new key after a minute: refused with %d", code)
	}
	i.expectAsked(2)
}

func TestASourceThatFailsIsAskedAgainAndMeansComeBack(t *testing.T) {
	a := edKey(t)
	for name, fail := range map[string]func(i *issuer){
		"status":   func(i *issuer) { i.status = http.StatusInternalServerError },
		"redirect": func(i *issuer) { i.status = http.StatusFound },
		"no JSON":  func(i *issuer) { i.body = []byte("<html>") },
		"no keys":  func(i *issuer) { i.body = []byte(`{"keys":[]}`) },
		"too big":  func(i *issuer) { i.body = bytes.Repeat([]byte(" "), 300<<10) },
	} {
		t.Run(name, func(t *testing.T) {
			i, r := newIssuer(t)
			i.publish(map[string]ed25519.PrivateKey{"a": a})
			i.set(func() { fail(i) })
			if err := r.Refresh(t.Context()); !errors.Is(err, ErrUnreachable) {
				t.Errorf("refresh: %v", err)
			}
			for range 4 {
				i.later(time.Second)
				if code := enter(t, r, "a", a); code != protocol.CloseBusy {
					t.Errorf("while it fails: %d", code)
				}
			}
			i.expectAsked(1)
			i.set(func() { i.status, i.body = 0, nil })
			i.later(time.Second)
			if code := enter(t, r, "a", a); code != 0 {
				t.Errorf("once it answers: refused with %d", code)
			}
			i.expectAsked(2)
			i.set(func() { fail(i) })
			i.later(2 * time.Hour)
			for range 3 {
				if code := enter(t, r, "a", a); code != 0 {
					t.Errorf("a known key while it fails: refused with %d", code)
				}
			}
			i.expectAsked(3)
		})
	}
}

func TestOneFetchIsForAllWhoWait(t *testing.T) {
	i, r := newIssuer(t)
	a := edKey(t)
	i.publish(map[string]ed25519.PrivateKey{"a": a})
	i.hold = make(chan struct{})
	var waiting sync.WaitGroup
	for range 20 {
		waiting.Go(func() {
			if code := enter(t, r, "a", a); code != 0 {
				t.Errorf("refused with %d", code)
			}
		})
	}
	close(i.hold)
	waiting.Wait()
	i.expectAsked(1)
}

// deafTransport takes requests and never answers.
type deafTransport struct{}

func (deafTransport) RoundTrip(q *http.Request) (*http.Response, error) {
	<-q.Context().Done()
	return nil, q.Context().Err()
}

func TestASourceThatHangsIsGivenUpInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := NewRemote(RemoteConfig{URL: "https://issuer.example/keys", Transport: deafTransport{}})
		if err != nil {
			t.Fatal(err)
		}
		a := edKey(t)
		began := time.Now()
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if code := enter(t, r, "a", a); code != protocol.CloseBusy || time.Since(began) != 3*time.Second {
				t.Errorf("who asked: %d after %v", code, time.Since(began))
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Find(ctx, "a", EdDSA); !errors.Is(err, ErrUnreachable) || time.Since(began) != time.Second {
			t.Errorf("who waits no longer than a second: %v after %v", err, time.Since(began))
		}
		waiting.Wait()
	})
}

// brokenTransport panics.
type brokenTransport struct{}

func (brokenTransport) RoundTrip(*http.Request) (*http.Response, error) { panic("transport broke") }

func TestAFetchThatPanicsLeavesNobodyWaiting(t *testing.T) {
	r, err := NewRemote(RemoteConfig{URL: "https://issuer.example/keys", Transport: brokenTransport{}})
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is gone")
			}
		}()
		_ = r.Refresh(t.Context())
	}()
	if _, err := r.Find(t.Context(), "a", EdDSA); !errors.Is(err, ErrUnreachable) {
		t.Error(err)
	}
}

func TestAFetchThatFailsIsLoggedWithoutPasswords(t *testing.T) {
	var log bytes.Buffer
	_, r := newIssuer(t, func(cfg *RemoteConfig) {
		cfg.URL = strings.Replace(cfg.URL, "http://", "http://me:hunter2@", 1)
		cfg.Transport = failing{}
		cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	if err := r.Refresh(t.Context()); err == nil {
		t.Error("no error")
	}
	if text := log.String(); !strings.Contains(text, "key set not fetched") || strings.Contains(text, "hunter2") {
		t.Errorf("log: %s", text)
	}
}

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }

func TestKeySetsComeOnASafeWayOnly(t *testing.T) {
	for url, good := range map[string]bool{
		"https://issuer.example/keys": true, "http://localhost:8080/keys": true, "http://127.0.0.1/keys": true, "http://[::1]/keys": true,
		"http://issuer.example/keys": false, "ftp://localhost/keys": false, "keys.json": false, "": false, "https://": false, "http://localhost.example/": false,
		"https://a b/": false,
	} {
		if _, err := NewRemote(RemoteConfig{URL: url}); (err == nil) != good {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := NewRemote(RemoteConfig{URL: "https://issuer.example/keys", Timeout: -1}); err == nil {
		t.Error("a timeout below 0 is taken")
	}
}
