package jwt

import (
	"context"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// The algorithms there are keys for.
const (
	HS256 = "HS256" // HMAC with SHA-256, of a secret that whoever signs tokens shares
	RS256 = "RS256" // RSA PKCS#1 v1.5 with SHA-256
	EdDSA = "EdDSA" // Ed25519
)

// Keys finds the key that a token is signed with. It is called by many goroutines at once.
type Keys interface {
	// Find gives the keys for an algorithm that a token may be signed with: those of the id that the token names, and those that have no
	// id; all, when it names none. Errors: ErrUnknownKey when there is none, ErrUnreachable when that cannot be known now.
	Find(ctx context.Context, id, algorithm string) ([]Key, error)
}

// Key is a secret or a public key, and the only algorithm that it is good for.
type Key struct {
	ID        string // as tokens name it, "" for one that goes by no name
	algorithm string
	material  jwt.VerificationKey // []byte, *rsa.PublicKey or ed25519.PublicKey
}

// Why there is no key.
var (
	ErrUnknownKey  = errors.New("no such key")
	ErrUnreachable = errors.New("the source of keys does not answer")
)

// KeySet is some keys that do not change.
type KeySet []Key

// maxKeys bounds a set, and so how often a token that names no key makes us look for a signature.
const maxKeys = 32

// Find looks through the set.
func (set KeySet) Find(_ context.Context, id, algorithm string) ([]Key, error) {
	var found []Key
	for _, key := range set {
		if key.algorithm == algorithm && (id == "" || key.ID == "" || key.ID == id) {
			found = append(found, key)
		}
	}
	if found == nil {
		return nil, ErrUnknownKey
	}
	return found, nil
}

func (set KeySet) check() (KeySet, error) {
	switch {
	case len(set) == 0:
		return nil, errors.New("jwt: no key for HS256, RS256 or EdDSA")
	case len(set) > maxKeys:
		return nil, fmt.Errorf("jwt: %d keys: want %d at most", len(set), maxKeys)
	}
	return set, nil
}

// minSecret is the least length of a secret for HS256, in bytes (RFC 7518, section 3.2).
const minSecret = 32

// Secret is the key set of a secret for HS256, of 32 bytes or more. All of them count: of one read from a file, cut the line end off.
func Secret(secret []byte) (KeySet, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("jwt: a secret of %d bytes: want %d at least", len(secret), minSecret)
	}
	return KeySet{{algorithm: HS256, material: secret}}, nil
}
