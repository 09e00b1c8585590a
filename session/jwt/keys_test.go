package jwt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/MicahParks/jwkset"

	. "github.com/deltatick/deltatick/session/jwt"
)

func TestKeysThatWillNotDoAreRefused(t *testing.T) {
	ec := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	ed := edKey(t)
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(ed))})
	short := &rsa.PublicKey{N: new(big.Int).Rsh(rsaKey().N, 1025), E: rsaKey().E}
	many := make([]jwkset.JWKMarshal, 33)
	for i := range many {
		many[i] = published(t, "a", ed.Public(), "", "")
	}
	for name, read := range map[string]func() (KeySet, error){
		"31 bytes of secret": func() (KeySet, error) { return Secret(secret[:31]) },
		"no PEM":             func() (KeySet, error) { return PublicKeys([]byte("hello")) },
		"private key":        func() (KeySet, error) { return PublicKeys(private) },
		"elliptic curve":     func() (KeySet, error) { return PublicKeys(publicPEM(t, ec.Public())) },
		"short RSA key":      func() (KeySet, error) { return PublicKeys(publicPEM(t, short)) },
		"certificate":        func() (KeySet, error) { return PublicKeys(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE"})) },
		"broken PEM block":   func() (KeySet, error) { return PublicKeys(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY"})) },
		"no JSON":            func() (KeySet, error) { return KeySetJSON([]byte("<html>")) },
		"no keys":            func() (KeySet, error) { return KeySetJSON([]byte(`{"keys":[]}`)) },
		"too many keys":      func() (KeySet, error) { return KeySetJSON(keySetJSON(t, many...)) },
	} {
		if set, err := read(); err == nil || !strings.HasPrefix(err.Error(), "jwt: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %d keys, %v", name, len(set), err)
		}
	}
}

func TestOfAKeySetTheKeysForSignaturesAreTaken(t *testing.T) {
	ed, ec := edKey(t), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	odd := published(t, "odd", ed.Public(), "", "")
	odd.X = "AAAA"
	away := published(t, "away", ed.Public(), "", "")
	away.X5U = "https://192.0.2.1/"
	verify := published(t, "verify", ed.Public(), "", "")
	verify.KEYOPS = []jwkset.KEYOPS{jwkset.KeyOpsVerify}
	encrypt := published(t, "encrypt", ed.Public(), "", "")
	encrypt.KEYOPS = []jwkset.KEYOPS{jwkset.KeyOpsEncrypt}
	private := published(t, "private", ed, "", "")
	set, err := KeySetJSON(keySetJSON(t,
		published(t, "ed", ed.Public(), jwkset.AlgEdDSA, jwkset.UseSig),
		published(t, "rsa", rsaKey().Public(), jwkset.AlgRS256, jwkset.UseSig),
		published(t, "plain", rsaKey().Public(), "", ""),
		published(t, "rs512", rsaKey().Public(), jwkset.AlgRS512, jwkset.UseSig),
		published(t, "enc", rsaKey().Public(), jwkset.AlgRS256, jwkset.UseEnc),
		published(t, "ec", ec.Public(), jwkset.AlgES256, jwkset.UseSig),
		published(t, "oct", secret, jwkset.AlgHS256, jwkset.UseSig),
		odd, away, verify, encrypt, private,
	))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"ed": EdDSA, "rsa": RS256, "plain": RS256, "away": EdDSA, "verify": EdDSA, "private": EdDSA,
		"rs512": "", "enc": "", "ec": "", "oct": "", "odd": "", "encrypt": "", "nowhere": "",
	} {
		for _, alg := range []string{HS256, RS256, EdDSA, "none", "ES256", "RS512"} {
			found, err := set.Find(t.Context(), id, alg)
			if alg == want && (err != nil || len(found) != 1 || found[0].ID != id) {
				t.Errorf("%s for %s: %d keys, %v", id, alg, len(found), err)
			}
			if alg != want && !errors.Is(err, ErrUnknownKey) {
				t.Errorf("%s for %s: %d keys, %v", id, alg, len(found), err)
			}
		}
	}
	if found, err := set.Find(t.Context(), "", RS256); err != nil || len(found) != 2 {
		t.Errorf("RS256 keys for a token that names none: %d, %v", len(found), err)
	}
}

func FuzzKeySetJSON(f *testing.F) {
	f.Add(keySetJSON(f, published(f, "a", edKey(f).Public(), jwkset.AlgEdDSA, jwkset.UseSig), published(f, "b", rsaKey().Public(), "", "")))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"},{"kty":"OKP","crv":"Ed25519","x":""},null,1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if set, err := KeySetJSON(text); err == nil && (len(set) == 0 || len(set) > 32) {
			t.Errorf("a set of %d keys", len(set))
		}
	})
}
