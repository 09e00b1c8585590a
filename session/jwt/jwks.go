package jwt

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/MicahParks/jwkset"
)

// KeySetJSON is the key set of a JSON Web Key Set (RFC 7517). Public keys for RS256 and EdDSA are taken from it. Others are passed over: a set may have
// keys for what is none of our business, and a secret has no place in what everybody may read.
func KeySetJSON(text []byte) (KeySet, error) {
	// Key by key, so that one that is odd does not cost the others.
	var listed struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &listed); err != nil {
		return nil, fmt.Errorf("jwt: not a JSON Web Key Set: %w", err)
	}
	var set KeySet
	for _, text := range listed.Keys {
		if key, ok := keyOf(text); ok {
			set = append(set, key)
		}
	}
	return set.check()
}

// keyOf reads a key of a set, if it is one to verify signatures with.
func keyOf(text []byte) (Key, bool) {
	var jwk jwkset.JWKMarshal
	if json.Unmarshal(text, &jwk) != nil || !forSignatures(jwk) {
		return Key{}, false
	}
	// Certificates are not asked: who gives the set vouches for its keys. An X5U would be a URL to fetch.
	jwk.X5U, jwk.X5C, jwk.X5T, jwk.X5TS256 = "", nil, "", ""
	read, err := jwkset.NewJWKFromMarshal(jwk, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return Key{}, false
	}
	key, err := pinned(jwk.KID, read.Key())
	if err != nil || (jwk.ALG != "" && jwk.ALG.String() != key.algorithm) {
		return Key{}, false
	}
	return key, true
}

// forSignatures says whether a key's owner lets it verify signatures.
func forSignatures(jwk jwkset.JWKMarshal) bool {
	return (jwk.USE == "" || jwk.USE == jwkset.UseSig) &&
		(len(jwk.KEYOPS) == 0 || slices.Contains(jwk.KEYOPS, jwkset.KeyOpsVerify))
}
