package jwt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
	"unicode"

	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// Config is what an [Authenticator] is made from. Zero values are the stated defaults.
type Config struct {
	Keys Keys // required

	Issuer   string // the claim iss of every token; default: any
	Audience string // among the claim aud of every token; default: any, so that a token which the issuer gave for another service is good here, too

	// Skew is how far clocks may be apart: exp and nbf are taken so much more lightly. 5 min at most; default 30 s; below 0: none.
	Skew time.Duration

	Now func() time.Time // default time.Now
}

// maxSkew bounds for how long a token that has expired may be good.
const maxSkew = 5 * time.Minute

// Authenticator knows users by their tokens. It is a session.Authenticator, for many connections at once.
type Authenticator struct {
	keys   Keys
	skew   time.Duration
	parser *jwt.Parser
}

// New makes an authenticator. It starts nothing.
func New(cfg Config) (*Authenticator, error) {
	cfg.Skew = max(0, cmp.Or(cfg.Skew, 30*time.Second))
	if cfg.Keys == nil {
		return nil, errors.New("jwt: no keys")
	}
	if cfg.Skew > maxSkew {
		return nil, fmt.Errorf("jwt: a skew of %v: want %v at most", cfg.Skew, maxSkew)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{HS256, RS256, EdDSA}), jwt.WithStrictDecoding(),
		jwt.WithExpirationRequired(), jwt.WithLeeway(cfg.Skew), jwt.WithTimeFunc(cfg.Now),
	}
	if cfg.Issuer != "" {
		options = append(options, jwt.WithIssuer(cfg.Issuer))
	}
	if cfg.Audience != "" {
		options = append(options, jwt.WithAudience(cfg.Audience))
	}
	return &Authenticator{keys: cfg.Keys, skew: cfg.Skew, parser: jwt.NewParser(options...)}, nil
}

// Scheme is the first of the auth strings of a token.
const Scheme = "jwt"

// maxToken is in bytes: what fits a hello.
const maxToken = protocol.MaxHelloFrame

// maxUser is the length of a user id, in bytes.
const maxUser = 128

// claims is what is read of a token. Validation is that of the registered ones.
type claims struct {
	jwt.RegisteredClaims

	Name  string           `json:"name"`
	Roles jwt.ClaimStrings `json:"roles"` // a list, or one string
}

// Authenticate takes ["jwt", token]. What it refuses is a [*protocol.Closed] when the client can do something about it: with
// CloseAuthExpired for a token that is good but for its expiry, with CloseBusy when its key cannot be had now.
func (a *Authenticator) Authenticate(ctx context.Context, auth []string) (session.Identity, error) {
	if len(auth) != 2 || auth[0] != Scheme {
		return session.Identity{}, errors.New("auth is not [jwt, token]")
	}
	if len(auth[1]) > maxToken {
		return session.Identity{}, fmt.Errorf("a token of %d bytes: want %d at most", len(auth[1]), maxToken)
	}
	var said claims
	_, err := a.parser.ParseWithClaims(auth[1], &said, func(token *jwt.Token) (any, error) { return a.find(ctx, token) })
	if err != nil {
		return session.Identity{}, refusal(err)
	}
	if !fitUser(said.Subject) {
		return session.Identity{}, fmt.Errorf("sub: want 1 to %d printable bytes", maxUser)
	}
	return session.Identity{
		User: said.Subject, Name: protocol.CleanName(said.Name, protocol.MaxNameRunes, "player"), Roles: said.Roles,
		Expires: said.ExpiresAt.Add(a.skew),
	}, nil
}

// errCritical means that a token demands to be understood in a way that it is not (RFC 7515, section 4.1.11).
var errCritical = errors.New("crit in the header")

// find gives the keys that a token's signature may be of, which are all for the algorithm it names.
func (a *Authenticator) find(ctx context.Context, token *jwt.Token) (any, error) {
	if _, ok := token.Header["crit"]; ok {
		return nil, errCritical
	}
	id, ok := token.Header["kid"].(string)
	if _, there := token.Header["kid"]; there && !ok {
		return nil, ErrUnknownKey
	}
	found, err := a.keys.Find(ctx, id, token.Method.Alg())
	if err != nil {
		return nil, err
	}
	var set jwt.VerificationKeySet
	for _, key := range found {
		if key.algorithm == token.Method.Alg() {
			set.Keys = append(set.Keys, key.material)
		}
	}
	return set, nil
}

// fitUser says whether a subject can be a user id, which is shown to other players and to the log.
func fitUser(subject string) bool {
	if subject == "" || len(subject) > maxUser {
		return false
	}
	for _, r := range subject {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return false
		}
	}
	return true
}
