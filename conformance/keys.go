package conformance

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/protocol"
)

// Keys are what a server under test knows its users by. Those who are let in under a name of their choice are let in beside them.
type Keys struct {
	Secret           []byte // of HS256 tokens, which the server shares; nil: none
	Issuer, Audience string // that the server wants tokens to have; empty: any
	PublicKey        []byte // of RS256 tokens, in PEM, if the server takes those, too
}

func (k Keys) check() error {
	switch {
	case k.Secret == nil && (k.PublicKey != nil || k.Issuer != "" || k.Audience != ""):
		return errors.New("conformance: an issuer, an audience or a public key is of no use without a secret")
	case k.Secret != nil && len(k.Secret) < 32:
		return fmt.Errorf("conformance: a secret of %d bytes: want 32 at least", len(k.Secret))
	}
	if k.PublicKey == nil {
		return nil
	}
	block, _ := pem.Decode(k.PublicKey)
	if block == nil {
		return errors.New("conformance: the public key is no PEM")
	}
	if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		return fmt.Errorf("conformance: public key: %w", err)
	}
	return nil
}

// claims of a token that is good for an hour, of a user of its own.
func (t *T) claims() jwt.MapClaims {
	user := fmt.Sprintf("conformance-%d-%d", time.Now().UnixNano(), names.Add(1))
	claims := jwt.MapClaims{"sub": user, "name": "u" + user[len(user)-8:], "exp": inSeconds(time.Hour)}
	if t.cfg.Keys.Issuer != "" {
		claims["iss"] = t.cfg.Keys.Issuer
	}
	if t.cfg.Keys.Audience != "" {
		claims["aud"] = t.cfg.Keys.Audience
	}
	return claims
}

// inSeconds is a time from now, as tokens have it.
func inSeconds(d time.Duration) int64 { return time.Now().Add(d).Unix() }

// but is claims with some changed, or, if nil, taken out.
func but(claims, changes jwt.MapClaims) jwt.MapClaims {
	all := jwt.MapClaims{}
	for name, value := range claims {
		all[name] = value
	}
	for name, value := range changes {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

// sign makes a token that the server takes, if it takes the claims.
func (t *T) sign(claims jwt.MapClaims) string {
	return t.signWith(jwt.SigningMethodHS256, t.cfg.Keys.Secret, claims)
}

func (t *T) signWith(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	t.must(err, "sign")
	return token
}

// credentials of a token, as they are in a hello.
func credentials(token string) []string { return []string{"jwt", token} }

// user dials and is welcomed with a token of the claims. Everyone is told of the session by then.
func (t *T) user(claims jwt.MapClaims) *peer {
	p := t.dial()
	p.auth = credentials(t.sign(claims))
	p.send(p.hello())
	p.welcomed()
	p.lives()
	return p
}

// admin is a user with the role.
func (t *T) admin() *peer { return t.user(but(t.claims(), jwt.MapClaims{"roles": []string{"admin"}})) }

// turnedAway expects that credentials are refused with a code, and that nothing else is said.
func (t *T) turnedAway(code protocol.CloseCode, auth ...string) {
	p := t.dial()
	p.auth = auth
	p.send(p.hello())
	p.closedUnheard(code)
}

// keptOut expects that who resumes a session with some credentials is refused with a code, and that nothing else is said.
func (t *T) keptOut(before *peer, code protocol.CloseCode, auth ...string) {
	p := t.dial()
	h := p.helloWith(before.welcome.Token, before.seq)
	h.Auth = auth
	p.send(h)
	p.closedUnheard(code)
}

// closedUnheard expects the connection to be closed with a code before anything else comes.
func (p *peer) closedUnheard(code protocol.CloseCode) {
	a, came := p.next(p.t.cfg.Patience)
	p.t.check(came, "a hello is not answered; want a close with %d (%s)", code, code.Name())
	p.t.check(a.err != nil, "a hello is answered with a %v; want a close with %d (%s)", a.kind, code, code.Name())
	p.kept = append(p.kept, a)
	p.closed(code)
}
