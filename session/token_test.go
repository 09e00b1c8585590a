package session_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func TestForgedTokensAreRefused(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ann, welcome := w.join("ann")
		_, foreign := w.join("bob")
		good, err := base64.RawURLEncoding.DecodeString(welcome.Token)
		if err != nil {
			t.Fatal(err)
		}
		other, err := base64.RawURLEncoding.DecodeString(foreign.Token)
		if err != nil {
			t.Fatal(err)
		}
		forged := map[string]string{
			"empty":     "",
			"garbage":   "this is not a token",
			"too long":  string(bytes.Repeat([]byte("A"), 512)),
			"truncated": welcome.Token[:len(welcome.Token)-1],
			"extended":  welcome.Token + "A",
			"in lines":  welcome.Token[:50] + "\r\n" + welcome.Token[50:],
			// A token of one session with the signature of another's.
			"spliced": base64.RawURLEncoding.EncodeToString(append(bytes.Clone(good[:len(good)-32]), other[len(other)-32:]...)),
		}
		for i := range good {
			changed := bytes.Clone(good)
			changed[i] ^= 0x10
			forged[fmt.Sprint("byte changed: ", i)] = base64.RawURLEncoding.EncodeToString(changed)
		}
		for name, token := range forged {
			if code := w.refused(resumeHello(token, 0)); code != protocol.CloseResumeRefused {
				t.Errorf("%s: closed with %d", name, code)
			}
		}
		ann.ping(0)
		if n := w.counters.Resumes[session.ResumeRefused].Load(); n != uint64(len(forged)) {
			t.Errorf("%d refused resumes counted, expected %d", n, len(forged))
		}
	})
}

func TestATokenOpensItsOwnSessionOnly(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		_, ann := w.join("ann")
		_, bob := w.join("bob")
		for _, want := range []protocol.Welcome{ann, bob} {
			if _, got := w.resume(want.Token, 0); got.Session != want.Session || got.User != want.User {
				t.Errorf("the token of %s opened the session of %s", want.Name, got.Name)
			}
		}
	})
}

func TestATokenOfAnotherSecretIsForeignAndOneOfAnotherTimeExpired(t *testing.T) {
	secret := []byte("a secret of more than 16 bytes")
	keyed := func(cfg *session.Config) { cfg.Secret = secret }
	var token string
	inWorld(t, keyed, func(t *testing.T, w *world) {
		_, welcome := w.join("ann")
		token = welcome.Token
	})
	inWorld(t, nil, func(t *testing.T, w *world) {
		if code := w.refused(resumeHello(token, 0)); code != protocol.CloseResumeRefused {
			t.Errorf("token signed with another secret: closed with %d", code)
		}
	})
	inWorld(t, keyed, func(t *testing.T, w *world) { // after a restart: another epoch
		if code := w.refused(resumeHello(token, 0)); code != protocol.CloseResumeExpired {
			t.Errorf("token of a session that is gone: closed with %d", code)
		}
		synctest.Wait()
		if n := w.counters.Resumes[session.ResumeExpired].Load(); n != 1 {
			t.Errorf("%d expired resumes counted", n)
		}
	})
}
