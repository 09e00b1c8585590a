package jwt

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// minRSA is the least length of an RSA key, in bits (RFC 7518, section 3.3).
const minRSA = 2048

// PublicKeys is the key set of the public keys in some PEM: one or more blocks "PUBLIC KEY" (RSA or Ed25519) or "RSA PUBLIC KEY". Two keys
// are good while the signer goes over from one to the other.
func PublicKeys(text []byte) (KeySet, error) {
	var set KeySet
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return set.check()
		}
		public, err := publicKey(block)
		if err != nil {
			return nil, fmt.Errorf("jwt: PEM block %d: %w", len(set)+1, err)
		}
		key, err := pinned("", public)
		if err != nil {
			return nil, fmt.Errorf("jwt: PEM block %d: %w", len(set)+1, err)
		}
		set = append(set, key)
	}
}

func publicKey(block *pem.Block) (crypto.PublicKey, error) {
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	case "PRIVATE KEY", "RSA PRIVATE KEY":
		return nil, errors.New("a private key, which only the signer of tokens should have: want its public key")
	}
	return nil, fmt.Errorf("a %q: want a PUBLIC KEY", block.Type)
}

// pinned is a public key for the one algorithm of its type.
func pinned(id string, public crypto.PublicKey) (Key, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSA {
			return Key{}, fmt.Errorf("an RSA key of %d bits: want %d at least", n, minRSA)
		}
		return Key{id, RS256, k}, nil
	case ed25519.PublicKey:
		return Key{id, EdDSA, k}, nil
	}
	return Key{}, fmt.Errorf("a key of type %T: want RSA or Ed25519", public)
}
