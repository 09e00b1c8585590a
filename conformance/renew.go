package conformance

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/protocol"
)

// renewed asks for credentials to be renewed that are not to be refused, and returns until when they are good.
func (p *peer) renewed(claims jwt.MapClaims) int64 {
	p.auth = credentials(p.t.sign(claims))
	return number(p.got(protocol.ChannelSession, "renew", object{"auth": p.auth})["expires"])
}

// renewCases are about newer credentials, on a connection and in a resume.
func renewCases() []Case {
	const session, admin = protocol.ChannelSession, protocol.ChannelAdmin
	later := jwt.MapClaims{"exp": inSeconds(2 * time.Hour)}
	return []Case{
		{"renew/newer credentials of the same user are taken, and it is told until when", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			expires := p.renewed(but(claims, later))
			t.check(expires > int64(p.welcome.Expires), "expires at %d, then at %d", p.welcome.Expires, expires)
			p.lives()
		}},
		{"renew/the user and the name stay what they were", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			p.renewed(but(claims, jwt.MapClaims{"name": "somebody else", "exp": later["exp"]}))
			p.wire.cut()
			w := t.resume(p).welcome
			t.check(w.User == claims["sub"] && w.Name == claims["name"], "welcomed as %q, by the name %q", w.User, w.Name)
			t.check(w.Expires > p.welcome.Expires, "the resumed session expires at %d, as before", w.Expires)
		}},
		{"renew/those of another user are refused, and change nothing", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			p.refused(session, "renew", object{"auth": credentials(t.sign(t.claims()))}, protocol.CodeUnauthorized, "")
			p.wire.cut()
			w := t.resume(p).welcome
			t.check(w.User == claims["sub"] && w.Expires == p.welcome.Expires, "welcome %+v", w)
		}},
		{"renew/expired ones are refused as that, and change nothing", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			expired := t.sign(but(claims, jwt.MapClaims{"exp": inSeconds(-beyondSkew)}))
			p.refused(session, "renew", object{"auth": credentials(expired)}, protocol.CodeAuthExpired, "")
			p.lives()
		}},
		{"renew/bad ones are refused, and change nothing", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			for _, bad := range []string{
				"garbage", t.signWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims), t.sign(but(claims, jwt.MapClaims{"exp": nil})),
			} {
				p.refused(session, "renew", object{"auth": credentials(bad)}, protocol.CodeUnauthorized, "")
			}
			p.lives()
		}},
		{"renew/without credentials it is refused, by field", 0, func(t *T) {
			p := t.guest()
			for _, payload := range []any{object{}, object{"auth": "a text"}, object{"auth": []string{}}, object{"auth": make([]string, 5)}} {
				p.refused(session, "renew", payload, protocol.CodeBadPayload, "auth")
			}
			p.lives()
		}},
		{"renew/a role that comes opens its channel, and one that goes closes it", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			p.refused(admin, "sessions", nil, protocol.CodeForbidden, "")
			p.renewed(but(claims, jwt.MapClaims{"roles": []string{"admin"}}))
			p.got(admin, "sessions", nil)
			p.renewed(claims)
			closed := p.event(session, "closed")
			t.check(closed["channel"] == admin && closed["code"] == protocol.CodeForbidden, "closed %v", closed)
			p.refused(admin, "sessions", nil, protocol.CodeForbidden, "")
			p.got(protocol.ChannelLobby, "games", nil)
		}},
		{"renew/a role that was lost is lost in a resume, too", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(but(claims, jwt.MapClaims{"roles": []string{"admin"}}))
			p.got(admin, "sessions", nil)
			p.wire.cut()
			p.auth = credentials(t.sign(claims))
			q := t.resume(p)
			q.refused(admin, "sessions", nil, protocol.CodeForbidden, "")
		}},
		{"resume/fresh credentials of the same user take the place of the old", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			p.wire.cut()
			p.auth = credentials(t.sign(but(claims, later)))
			q := t.resume(p)
			t.check(q.welcome.Expires > p.welcome.Expires, "expires at %d, then at %d", p.welcome.Expires, q.welcome.Expires)
		}},
		{"resume/a token of another user is refused, and the session stays its user's", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			p.wire.cut()
			t.keptOut(p, protocol.CloseResumeRefused, credentials(t.sign(t.claims()))...)
			w := t.resume(p).welcome
			t.check(w.User == claims["sub"] && w.Session == p.welcome.Session, "welcome %+v", w)
		}},
		{"resume/a token of another user does not cut the user's connection", needsKeys, func(t *T) {
			p := t.user(t.claims())
			t.keptOut(p, protocol.CloseResumeRefused, credentials(t.sign(t.claims()))...)
			p.lives()
		}},
		{"resume/a resume token that is replayed is refused, whatever the credentials", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			q := t.resume(p)
			q.lives() // which confirms the next token
			for _, auth := range [][]string{p.auth, credentials(t.sign(but(claims, later))), nil} {
				t.keptOut(p, protocol.CloseResumeRefused, auth...)
			}
			q.lives()
		}},
		{"resume/before the old credentials have expired, bad ones are ignored", needsKeys, func(t *T) {
			claims := t.claims()
			p := t.user(claims)
			for _, auth := range [][]string{
				{}, credentials("garbage"), credentials(t.sign(but(claims, jwt.MapClaims{"exp": inSeconds(-beyondSkew)}))),
				credentials(t.signWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, t.claims())),
			} {
				p.wire.cut()
				p.auth = auth
				q := t.resume(p)
				t.check(q.welcome.User == claims["sub"] && q.welcome.Expires == p.welcome.Expires, "welcome %+v", q.welcome)
				q.lives()
				p = q
			}
		}},
	}
}
