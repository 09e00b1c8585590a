package jwt_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"sync"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	. "github.com/deltatick/deltatick/session/jwt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var secret = []byte("a secret for tests, of more than 32 bytes")

// rsaKey is made once: it takes long.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func edKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// now is when the tests' tokens are looked at.
var now = time.Unix(1_800_000_000, 0)

func clock() time.Time { return now }

// good is the claims of a token that a strict authenticator takes.
func good() jwt.MapClaims {
	return jwt.MapClaims{
		"sub": "user-7", "name": "Ann", "roles": []string{"admin", "host"},
		"iss": "https://issuer.example", "aud": []string{"other", "arena"},
		"exp": now.Add(time.Hour).Unix(), "nbf": now.Add(-time.Hour).Unix(),
	}
}

// but is the good claims with some changed, or, if nil, taken out.
func but(changes jwt.MapClaims) jwt.MapClaims {
	claims := good()
	for name, value := range changes {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	return claims
}

// mint signs a token. id is the key's, "" for none.
func mint(t testing.TB, method jwt.SigningMethod, key any, id string, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if id != "" {
		token.Header["kid"] = id
	}
	return sign(t, token, key)
}

func sign(t testing.TB, token *jwt.Token, key any) string {
	t.Helper()
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func publicPEM(t testing.TB, keys ...crypto.PublicKey) []byte {
	t.Helper()
	var text []byte
	for _, key := range keys {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})...)
	}
	return text
}

// published is a key of a JSON Web Key Set, with an algorithm and a use if they are not empty.
func published(t testing.TB, id string, key any, alg jwkset.ALG, use jwkset.USE) jwkset.JWKMarshal {
	t.Helper()
	jwk, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{
		Marshal:  jwkset.JWKMarshalOptions{Private: true},
		Metadata: jwkset.JWKMetadataOptions{KID: id, ALG: alg, USE: use},
		Validate: jwkset.JWKValidateOptions{SkipAll: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return jwk.Marshal()
}

func keySetJSON(t testing.TB, keys ...jwkset.JWKMarshal) []byte {
	t.Helper()
	text, err := json.Marshal(jwkset.JWKSMarshal{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// strict is an authenticator that looks at everything.
func strict(t testing.TB, keys Keys, edit ...func(*Config)) *Authenticator {
	t.Helper()
	cfg := Config{Keys: keys, Issuer: "https://issuer.example", Audience: "arena", Now: clock}
	for _, change := range edit {
		change(&cfg)
	}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// must unwraps what cannot fail in a test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
