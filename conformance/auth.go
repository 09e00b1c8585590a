package conformance

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/protocol"
)

// foreignRSA is a key that no server knows. It is made once: that takes long.
var foreignRSA = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// more than the clocks of two machines may be apart, by any server's leave
const beyondSkew = 10 * time.Minute

// authCases are about who is let in with signed credentials.
func authCases() []Case {
	const refused = protocol.CloseUnauthorized
	// not is a case of a token that will never do. change makes it of good claims.
	not := func(name string, needs needs, change func(t *T, claims jwt.MapClaims) string) Case {
		return Case{"auth/" + name, needs | needsKeys, func(t *T) { t.turnedAway(refused, credentials(change(t, t.claims()))...) }}
	}
	// claiming is one whose claims are changed, and signed as they should be.
	claiming := func(name string, changes jwt.MapClaims) Case {
		return not(name, 0, func(t *T, claims jwt.MapClaims) string { return t.sign(but(claims, changes)) })
	}
	return []Case{
		{"auth/a good token is welcomed as its user, by its name", needsKeys, func(t *T) {
			claims := t.claims()
			w := t.user(claims).welcome
			t.check(w.User == claims["sub"] && w.Name == claims["name"], "welcomed as %q, by the name %q; want %v", w.User, w.Name, claims)
			t.check(!w.Resumed && w.Session != "" && w.Token != "", "welcome %+v", w)
		}},
		{"auth/the welcome says when the credentials expire, and the skew is allowed for", needsKeys, func(t *T) {
			claims := t.claims()
			expires, exp := t.user(claims).welcome.Expires, uint64(claims["exp"].(int64))*1000
			t.check(expires >= exp && expires <= exp+uint64(beyondSkew.Milliseconds()), "expires at %d, exp is %d", expires, exp)
		}},
		{"auth/guests do not expire", 0, func(t *T) {
			t.check(t.guest().welcome.Expires == 0, "they do")
		}},
		{"auth/two sessions of a token are one user", needsKeys, func(t *T) {
			claims := t.claims()
			a, b := t.user(claims).welcome, t.user(claims).welcome
			t.check(a.User == b.User && a.Session != b.Session && a.Token != b.Token, "welcomes %+v and %+v", a, b)
		}},
		{"auth/a token that is not valid before some time ago is good", needsKeys, func(t *T) {
			t.user(but(t.claims(), jwt.MapClaims{"nbf": inSeconds(-time.Hour), "iat": inSeconds(-time.Hour)}))
		}},
		{"auth/claims that nobody knows are skipped", needsKeys, func(t *T) {
			t.user(but(t.claims(), jwt.MapClaims{"of": "a later version", "scope": []int{1, 2}}))
		}},
		{"auth/one audience of several is enough", needsKeys, func(t *T) {
			if t.cfg.Keys.Audience == "" {
				t.skip("the server takes tokens for any audience")
			}
			t.user(but(t.claims(), jwt.MapClaims{"aud": []string{"another", t.cfg.Keys.Audience}}))
		}},
		{"auth/a long name is cut, and control characters are taken out", needsKeys, func(t *T) {
			w := t.user(but(t.claims(), jwt.MapClaims{"name": "\x00a\n" + strings.Repeat("é", 60)})).welcome
			t.check(w.Name == "a"+strings.Repeat("é", protocol.MaxNameRunes-1), "name %q", w.Name)
		}},
		{"auth/a user of 128 bytes is taken", needsKeys, func(t *T) {
			user := strings.Repeat("u", 128)
			w := t.user(but(t.claims(), jwt.MapClaims{"sub": user})).welcome
			t.check(w.User == user, "user %q", w.User)
		}},

		{"auth/an expired token is told to be that, with 4400", needsKeys, func(t *T) {
			t.turnedAway(protocol.CloseAuthExpired, credentials(t.sign(but(t.claims(), jwt.MapClaims{"exp": inSeconds(-beyondSkew)})))...)
		}},
		not("an expired token of a wrong signature is not told to be expired", 0, func(t *T, claims jwt.MapClaims) string {
			return t.signWith(jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), but(claims, jwt.MapClaims{"exp": inSeconds(-beyondSkew)}))
		}),
		not("a token signed with none is refused", 0, func(t *T, claims jwt.MapClaims) string {
			return t.signWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims)
		}),
		not("a token that says none under a good signature is refused", 0, func(t *T, claims jwt.MapClaims) string {
			parts := strings.Split(t.sign(claims), ".")
			parts[0] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
			return strings.Join(parts, ".")
		}),
		not("a token signed with none in other letters is refused", 0, func(t *T, claims jwt.MapClaims) string {
			parts := strings.Split(t.sign(claims), ".")
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"nOnE","typ":"JWT"}`)) + "." + parts[1] + "."
		}),
		not("a token without its signature is refused", 0, func(t *T, claims jwt.MapClaims) string {
			token := t.sign(claims)
			return token[:strings.LastIndexByte(token, '.')+1]
		}),
		not("confusion, HS256 with the bytes of the public key's PEM as the secret is refused", needsPublicKey, func(t *T, claims jwt.MapClaims) string {
			return t.signWith(jwt.SigningMethodHS256, t.cfg.Keys.PublicKey, claims)
		}),
		not("confusion, HS256 with the bytes of the public key itself as the secret is refused", needsPublicKey, func(t *T, claims jwt.MapClaims) string {
			block, _ := pem.Decode(t.cfg.Keys.PublicKey)
			return t.signWith(jwt.SigningMethodHS256, block.Bytes, claims)
		}),
		not("confusion, RS256 of a key that the server does not have is refused", 0, func(t *T, claims jwt.MapClaims) string {
			key, err := foreignRSA()
			t.must(err, "make a key")
			return t.signWith(jwt.SigningMethodRS256, key, claims)
		}),
		not("confusion, RS256 of a key that the token brings along is refused", 0, func(t *T, claims jwt.MapClaims) string {
			key, err := foreignRSA()
			t.must(err, "make a key")
			token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
			token.Header["jwk"] = map[string]string{
				"kty": "RSA", "e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
			}
			signed, err := token.SignedString(key)
			t.must(err, "sign")
			return signed
		}),
		not("confusion, EdDSA of a key that the server does not have is refused", 0, func(t *T, claims jwt.MapClaims) string {
			_, key, err := ed25519.GenerateKey(rand.Reader)
			t.must(err, "make a key")
			return t.signWith(jwt.SigningMethodEdDSA, key, claims)
		}),
		not("confusion, HS384 with the secret is refused", 0, func(t *T, claims jwt.MapClaims) string {
			return t.signWith(jwt.SigningMethodHS384, t.cfg.Keys.Secret, claims)
		}),
		not("confusion, HS512 with the secret is refused", 0, func(t *T, claims jwt.MapClaims) string {
			return t.signWith(jwt.SigningMethodHS512, t.cfg.Keys.Secret, claims)
		}),
		not("another secret's signature is refused", 0, func(t *T, claims jwt.MapClaims) string {
			return t.signWith(jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), claims)
		}),
		not("an empty secret's signature is refused", 0, func(t *T, claims jwt.MapClaims) string {
			return t.signWith(jwt.SigningMethodHS256, []byte{}, claims)
		}),
		not("other claims under the signature of some are refused", 0, func(t *T, claims jwt.MapClaims) string {
			parts, others := strings.Split(t.sign(claims), "."), strings.Split(t.sign(but(claims, jwt.MapClaims{"roles": []string{"admin"}})), ".")
			return parts[0] + "." + others[1] + "." + parts[2]
		}),
		not("a signature with a bit changed is refused", 0, func(t *T, claims jwt.MapClaims) string {
			parts := strings.Split(t.sign(claims), ".")
			signature, err := base64.RawURLEncoding.DecodeString(parts[2])
			t.must(err, "decode a signature")
			signature[len(signature)-1] ^= 1
			return parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(signature)
		}),
		claiming("a token that is not valid yet is refused", jwt.MapClaims{"nbf": inSeconds(beyondSkew)}),
		claiming("a token without exp is refused", jwt.MapClaims{"exp": nil}),
		claiming("a token whose exp is a text is refused", jwt.MapClaims{"exp": "tomorrow"}),
		claiming("a token without sub is refused", jwt.MapClaims{"sub": nil}),
		claiming("a token with an empty sub is refused", jwt.MapClaims{"sub": ""}),
		claiming("a token with a sub of 129 bytes is refused", jwt.MapClaims{"sub": strings.Repeat("u", 129)}),
		claiming("a token whose sub is a number is refused", jwt.MapClaims{"sub": 7}),
		{"auth/a wrong issuer is refused", needsKeys, func(t *T) {
			if t.cfg.Keys.Issuer == "" {
				t.skip("the server takes tokens of any issuer")
			}
			for _, issuer := range []any{"another", nil, t.cfg.Keys.Issuer + "/"} {
				t.turnedAway(refused, credentials(t.sign(but(t.claims(), jwt.MapClaims{"iss": issuer})))...)
			}
		}},
		{"auth/a wrong audience is refused", needsKeys, func(t *T) {
			if t.cfg.Keys.Audience == "" {
				t.skip("the server takes tokens for any audience")
			}
			for _, audience := range []any{"another", nil, []string{}, []string{"another", t.cfg.Keys.Audience + "x"}} {
				t.turnedAway(refused, credentials(t.sign(but(t.claims(), jwt.MapClaims{"aud": audience})))...)
			}
		}},
		{"auth/garbage is refused", needsKeys, func(t *T) {
			for _, garbage := range []string{"", ".", "..", "a.b.c", "a.b.c.d", strings.Repeat(".", 1000), "e30.e30.", "{}", "\x00", strings.Repeat("A", 3000)} {
				t.turnedAway(refused, credentials(garbage)...)
			}
		}},
		{"auth/a token with blanks around it is refused", needsKeys, func(t *T) {
			t.turnedAway(refused, credentials(" "+t.sign(t.claims())+"\n")...)
		}},
		{"auth/the scheme alone is refused", needsKeys, func(t *T) { t.turnedAway(refused, "jwt") }},
		{"auth/a token under the scheme of guests is only a name", needsKeys, func(t *T) {
			p := t.dial()
			claims := t.claims()
			p.auth = []string{"guest", t.sign(claims)}
			p.send(p.hello())
			p.welcomed()
			t.check(p.welcome.User != claims["sub"], "a guest is the user of a token")
		}},
		{"auth/guests cannot name the user they want to be", needsKeys, func(t *T) {
			claims := t.claims()
			t.user(claims)
			p := t.dial()
			p.auth = []string{"guest", claims["sub"].(string)}
			p.send(p.hello())
			p.welcomed()
			t.check(p.welcome.User != claims["sub"], "they can")
		}},
		{"auth/five strings of credentials are malformed", 0, func(t *T) {
			t.turnedAway(protocol.CloseMalformed, "guest", "a", "b", "c", "d")
		}},
	}
}
