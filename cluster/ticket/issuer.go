package ticket

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"time"
)

// IssuerConfig is what an [Issuer] is made from. Zero values are the stated defaults.
type IssuerConfig struct {
	Secret []byte           // the service's, MinSecret bytes at least; required
	Now    func() time.Time // default time.Now
	Random io.Reader        // of ids; must be cryptographic; default crypto/rand.Reader
}

// Issuer signs tickets. Its method may be called by any goroutine.
type Issuer struct {
	secret []byte
	now    func() time.Time
	random io.Reader
}

// NewIssuer makes an issuer.
func NewIssuer(cfg IssuerConfig) (*Issuer, error) {
	if err := checkSecret(cfg.Secret); err != nil {
		return nil, err
	}
	i := &Issuer{secret: bytes.Clone(cfg.Secret), now: cfg.Now, random: cfg.Random}
	if i.now == nil {
		i.now = time.Now
	}
	if i.random == nil {
		i.random = rand.Reader
	}
	return i, nil
}

// Issue makes a ticket, good for [Life] from now on. It fails for one that names no match or no user, or whose names are too long.
func (i *Issuer) Issue(t Ticket) (string, error) {
	if err := t.check(); err != nil {
		return "", err
	}
	s := signed{Ticket: t, expires: i.now().Add(Life)}
	if _, err := io.ReadFull(i.random, s.id[:]); err != nil {
		return "", fmt.Errorf("ticket: %w", err)
	}
	return s.encode(i.secret), nil
}
