package jwt_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/protocol"
	. "github.com/deltatick/deltatick/session/jwt"
)

func TestATokenSaysWhoItsUserIs(t *testing.T) {
	a := strict(t, must(Secret(secret)))
	who, err := a.Authenticate(t.Context(), []string{"jwt", mint(t, jwt.SigningMethodHS256, secret, "", good())})
	if err != nil || who.User != "user-7" || who.Name != "Ann" || !slices.Equal(who.Roles, []string{"admin", "host"}) {
		t.Errorf("%+v, %v", who, err)
	}
	if want := now.Add(time.Hour + 30*time.Second); !who.Expires.Equal(want) {
		t.Errorf("expires at %v, want %v: the claim and the skew", who.Expires, want)
	}
	plain := but(jwt.MapClaims{"name": "\x00 \u202e", "roles": "admin"})
	who, err = a.Authenticate(t.Context(), []string{"jwt", mint(t, jwt.SigningMethodHS256, secret, "", plain)})
	if err != nil || who.Name != "player" || !slices.Equal(who.Roles, []string{"admin"}) {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestEachKeyTakesItsAlgorithm(t *testing.T) {
	ed := edKey(t)
	for alg, tc := range map[string]struct {
		keys   Keys
		method jwt.SigningMethod
		signer any
	}{
		HS256: {must(Secret(secret)), jwt.SigningMethodHS256, secret},
		RS256: {must(PublicKeys(publicPEM(t, rsaKey().Public()))), jwt.SigningMethodRS256, rsaKey()},
		EdDSA: {must(PublicKeys(publicPEM(t, ed.Public()))), jwt.SigningMethodEdDSA, ed},
	} {
		token := mint(t, tc.method, tc.signer, "any name", good())
		if _, err := strict(t, tc.keys).Authenticate(t.Context(), []string{"jwt", token}); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

// unsigned is a token of the algorithm "none" in one of its spellings.
func unsigned(t *testing.T, none string) string {
	token := mint(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "", good())
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + none + `","typ":"JWT"}`))
	return header + token[strings.IndexByte(token, '.'):]
}

func TestTokensThatAreRefused(t *testing.T) {
	ed, other := edKey(t), edKey(t)
	pemText := publicPEM(t, rsaKey().Public(), ed.Public())
	hs, public := must(Secret(secret)), must(PublicKeys(pemText))
	secretly := func(changes jwt.MapClaims) string { return mint(t, jwt.SigningMethodHS256, secret, "", but(changes)) }
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	genuine := secretly(nil)
	parts := strings.Split(genuine, ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"admin","exp":4000000000,"iss":"https://issuer.example","aud":"arena"}`))
	critical := jwt.NewWithClaims(jwt.SigningMethodHS256, good())
	critical.Header["crit"] = []string{"exp"}
	numbered := jwt.NewWithClaims(jwt.SigningMethodHS256, good())
	numbered.Header["kid"] = 7
	const never = protocol.CloseUnauthorized
	for name, tc := range map[string]struct {
		keys  Keys
		token string
		want  protocol.CloseCode
	}{
		"not a token":                   {hs, "x", never},
		"empty":                         {hs, "", never},
		"three dots":                    {hs, genuine + ".", never},
		"none":                          {hs, unsigned(t, "none"), never},
		"None":                          {hs, unsigned(t, "None"), never},
		"none, for public keys":         {public, unsigned(t, "none"), never},
		"no algorithm":                  {hs, unsigned(t, ""), never},
		"no signature":                  {hs, parts[0] + "." + parts[1] + ".", never},
		"other claims":                  {hs, parts[0] + "." + forged + "." + parts[2], never},
		"signature in another alphabet": {hs, parts[0] + "." + parts[1] + "." + parts[2] + "=", never},
		"another secret":                {hs, mint(t, jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), "", good()), never},
		"another key":                   {public, mint(t, jwt.SigningMethodEdDSA, other, "", good()), never},
		"public key as the secret":      {public, mint(t, jwt.SigningMethodHS256, pemText, "", good()), never},
		"Ed25519 key as the secret":     {public, mint(t, jwt.SigningMethodHS256, []byte(ed.Public().(ed25519.PublicKey)), "", good()), never},
		"HS512 with the right secret":   {hs, mint(t, jwt.SigningMethodHS512, secret, "", good()), never},
		"PS256 with the right key":      {public, mint(t, jwt.SigningMethodPS256, rsaKey(), "", good()), never},
		"RS512 with the right key":      {public, mint(t, jwt.SigningMethodRS512, rsaKey(), "", good()), never},
		"public algorithm for a secret": {hs, mint(t, jwt.SigningMethodEdDSA, ed, "", good()), never},
		"critical header":               {hs, sign(t, critical, secret), never},
		"key id is a number":            {hs, sign(t, numbered, secret), never},
		"too long":                      {hs, secretly(jwt.MapClaims{"pad": strings.Repeat("x", 4096)}), never},
		"another issuer":                {hs, secretly(jwt.MapClaims{"iss": "https://issuer.example/"}), never},
		"no issuer":                     {hs, secretly(jwt.MapClaims{"iss": nil}), never},
		"another audience":              {hs, secretly(jwt.MapClaims{"aud": "arenas"}), never},
		"no audience":                   {hs, secretly(jwt.MapClaims{"aud": nil}), never},
		"no expiry":                     {hs, secretly(jwt.MapClaims{"exp": nil}), never},
		"expiry is a word":              {hs, secretly(jwt.MapClaims{"exp": "never"}), never},
		"not yet valid":                 {hs, secretly(jwt.MapClaims{"nbf": at(31 * time.Second)}), never},
		"no subject":                    {hs, secretly(jwt.MapClaims{"sub": nil}), never},
		"subject of lines":              {hs, secretly(jwt.MapClaims{"sub": "a\nb"}), never},
		"subject too long":              {hs, secretly(jwt.MapClaims{"sub": strings.Repeat("u", 129)}), never},
		"roles are numbers":             {hs, secretly(jwt.MapClaims{"roles": []int{1}}), never},
		"expired":                       {hs, secretly(jwt.MapClaims{"exp": at(-31 * time.Second)}), protocol.CloseAuthExpired},
		"expired, of another issuer":    {hs, secretly(jwt.MapClaims{"exp": at(-time.Hour), "iss": "x"}), never},
		"expired, of another secret": {hs, mint(t, jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), "",
			but(jwt.MapClaims{"exp": at(-time.Hour)})), never},
	} {
		who, err := strict(t, tc.keys).Authenticate(t.Context(), []string{"jwt", tc.token})
		if err == nil {
			t.Errorf("%s: taken as %+v", name, who)
			continue
		}
		code := never // of an error that has none of its own
		var closed *protocol.Closed
		if errors.As(err, &closed) {
			code = closed.Code
		}
		if code != tc.want {
			t.Errorf("%s: %d, %v", name, code, err)
		}
		for part := range strings.SplitSeq(tc.token, ".") {
			if len(part) > 8 && strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error quotes the token: %v", name, err)
			}
		}
	}
}

func TestClocksMayBeApartBySoMuch(t *testing.T) {
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for _, tc := range []struct {
		skew   time.Duration
		claims jwt.MapClaims
		taken  bool
	}{
		{0, jwt.MapClaims{"exp": at(-29 * time.Second)}, true}, // 30 s by default
		{0, jwt.MapClaims{"exp": at(-30 * time.Second)}, false},
		{0, jwt.MapClaims{"nbf": at(30 * time.Second)}, true},
		{0, jwt.MapClaims{"nbf": at(31 * time.Second)}, false},
		{-1, jwt.MapClaims{"exp": at(time.Second)}, true}, // none
		{-1, jwt.MapClaims{"exp": at(0)}, false},
		{-1, jwt.MapClaims{"nbf": at(0)}, true},
		{-1, jwt.MapClaims{"nbf": at(time.Second)}, false},
		{2 * time.Minute, jwt.MapClaims{"exp": at(-119 * time.Second), "nbf": at(2 * time.Minute)}, true},
		{2 * time.Minute, jwt.MapClaims{"exp": at(-120 * time.Second)}, false},
	} {
		a := strict(t, must(Secret(secret)), func(cfg *Config) { cfg.Skew = tc.skew })
		token := mint(t, jwt.SigningMethodHS256, secret, "", but(tc.claims))
		who, err := a.Authenticate(t.Context(), []string{"jwt", token})
		if taken := err == nil; taken != tc.taken {
			t.Errorf("skew %v, %v: taken: %v, %v", tc.skew, tc.claims, taken, err)
		}
		if err == nil && !who.Expires.After(now) {
			t.Errorf("skew %v, %v: taken, and expires at %v", tc.skew, tc.claims, who.Expires)
		}
	}
}

func TestAuthOfAnotherFormIsRefused(t *testing.T) {
	a := strict(t, must(Secret(secret)))
	token := mint(t, jwt.SigningMethodHS256, secret, "", good())
	for _, auth := range [][]string{nil, {}, {"jwt"}, {"guest", token}, {"JWT", token}, {"jwt", token, ""}, {token, "jwt"}} {
		if _, err := a.Authenticate(t.Context(), auth); err == nil {
			t.Errorf("%d strings: taken", len(auth))
		}
	}
}

func TestIssuerAndAudienceAreLookedAtOnlyIfSet(t *testing.T) {
	a, err := New(Config{Keys: must(Secret(secret)), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	token := mint(t, jwt.SigningMethodHS256, secret, "", jwt.MapClaims{"sub": "u", "exp": now.Add(time.Hour).Unix()})
	if _, err := a.Authenticate(t.Context(), []string{"jwt", token}); err != nil {
		t.Error(err)
	}
}

func TestBadConfigsAreRefused(t *testing.T) {
	for name, cfg := range map[string]Config{"no keys": {}, "skew": {Keys: must(Secret(secret)), Skew: 6 * time.Minute}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzAuthenticate(f *testing.F) {
	a := strict(f, must(Secret(secret)))
	genuine := mint(f, jwt.SigningMethodHS256, secret, "", good())
	f.Add(genuine)
	f.Add("..")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, token string) {
		if who, err := a.Authenticate(t.Context(), []string{"jwt", token}); err == nil && token != genuine {
			t.Errorf("a token that nobody signed is taken as %+v", who)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	ed := edKey(b)
	for alg, tc := range map[string]struct {
		keys   Keys
		method jwt.SigningMethod
		signer any
	}{
		HS256: {must(Secret(secret)), jwt.SigningMethodHS256, secret},
		RS256: {must(PublicKeys(publicPEM(b, rsaKey().Public()))), jwt.SigningMethodRS256, rsaKey()},
		EdDSA: {must(PublicKeys(publicPEM(b, ed.Public()))), jwt.SigningMethodEdDSA, ed},
	} {
		a, auth := strict(b, tc.keys), []string{"jwt", mint(b, tc.method, tc.signer, "", good())}
		b.Run(alg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := a.Authenticate(b.Context(), auth); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
