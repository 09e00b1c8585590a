package serve

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/server"
)

// secretFile writes a file for this test and names it.
func secretFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// doors starts a server's configuration, and gives what it logs.
func doors(t *testing.T, args ...string) (server.Config, string) {
	t.Helper()
	var log bytes.Buffer
	cfg, err := parse(args, noEnv, &log, &log)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.New(cfg.server); err != nil {
		t.Fatal(err)
	}
	cfg.auth.report(t.Context(), cfg.server, cfg.log)
	return cfg.server, log.String()
}

func TestWithoutAKeyGuestsAreLetInAndTheLogSaysSo(t *testing.T) {
	cfg, log := doors(t)
	if !cfg.Guests || cfg.Auth != nil || !strings.Contains(log, "guests are let in") {
		t.Errorf("guests %v, auth %v, log:\n%s", cfg.Guests, cfg.Auth, log)
	}
}

func TestWithAKeyGuestsAreLetInOnlyIfToldTo(t *testing.T) {
	secret := secretFile(t, strings.Repeat("s", 32)+"\n")
	cfg, log := doors(t, "-jwt-secret-file", secret, "-jwt-audience", "arena")
	if cfg.Guests || cfg.Auth == nil || log != "" {
		t.Errorf("guests %v, auth %v, log:\n%s", cfg.Guests, cfg.Auth, log)
	}
	cfg, log = doors(t, "-jwt-secret-file", secret, "-guests")
	if !cfg.Guests || cfg.Auth == nil || !strings.Contains(log, "guests are let in") || !strings.Contains(log, "-jwt-audience") {
		t.Errorf("guests %v, auth %v, log:\n%s", cfg.Guests, cfg.Auth, log)
	}
}

func TestEachSourceOfKeysLetsItsTokensIn(t *testing.T) {
	secret := strings.Repeat("s", 32)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	keySet := fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","use":"sig","alg":"EdDSA","x":%q}]}`, base64.RawURLEncoding.EncodeToString(public))
	asked := 0
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte(keySet))
	}))
	defer issuer.Close()
	claims := jwt.MapClaims{"sub": "ann", "iss": "issuer", "aud": "arena", "exp": time.Now().Add(time.Hour).Unix()}
	for _, tc := range []struct {
		flag, value string
		method      jwt.SigningMethod
		key         any
	}{
		{"-jwt-secret-file", secretFile(t, secret+"\r\n"), jwt.SigningMethodHS256, []byte(secret)},
		{"-jwt-public-key", secretFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))), jwt.SigningMethodEdDSA, private},
		{"-jwks", secretFile(t, keySet), jwt.SigningMethodEdDSA, private},
		{"-jwks", issuer.URL, jwt.SigningMethodEdDSA, private},
	} {
		token, err := jwt.NewWithClaims(tc.method, claims).SignedString(tc.key)
		if err != nil {
			t.Fatal(err)
		}
		cfg, _ := doors(t, tc.flag, tc.value, "-jwt-issuer", "issuer", "-jwt-audience", "arena", "-jwt-skew", "0")
		who, err := cfg.Auth.Authenticate(t.Context(), []string{"jwt", token})
		if err != nil || who.User != "ann" || !who.Expires.Equal(time.Unix(claims["exp"].(int64), 0)) {
			t.Errorf("%s %s: %+v, %v", tc.flag, tc.value, who, err)
		}
		cfg, _ = doors(t, tc.flag, tc.value, "-jwt-issuer", "another")
		if _, err := cfg.Auth.Authenticate(t.Context(), []string{"jwt", token}); err == nil {
			t.Errorf("%s %s: a token of another issuer is taken", tc.flag, tc.value)
		}
	}
	if asked != 2 {
		t.Errorf("the issuer was asked %d times, by 2 servers", asked)
	}
}
