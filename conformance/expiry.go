package conformance

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/protocol"
)

// shortLife is how long a case's credentials are good, at least: long enough to say hello with them on a busy machine.
const shortLife = 8 * time.Second

// brief are claims that the server takes for shortLife, up to a second more: it tells how much skew it allows for when it welcomes somebody,
// and what time it is in a pong.
func (t *T) brief(claims jwt.MapClaims) jwt.MapClaims {
	p := t.user(t.claims())
	token, _, err := jwt.NewParser().ParseUnverified(p.auth[1], jwt.MapClaims{})
	t.must(err, "read a token")
	exp, err := token.Claims.GetExpirationTime()
	t.must(err, "read a token")
	skew := int64(p.welcome.Expires) - exp.UnixMilli()
	expires := int64(p.ping(0).Now) + shortLife.Milliseconds() - skew
	return but(claims, jwt.MapClaims{"exp": expires/1000 + 1})
}

// expires waits for a connection to be closed because its credentials have expired.
func (p *peer) expires() {
	p.closedWithin(protocol.CloseAuthExpired, shortLife+time.Second+p.t.cfg.Patience)
}

// expiryCases are about credentials that expire under a connection.
func expiryCases() []Case {
	const session, slow = protocol.ChannelSession, needsKeys | needsSlowness
	return []Case{
		{"expiry/some time before, the client is told to renew, and who does stays", slow, func(t *T) {
			claims := t.claims()
			p := t.user(t.brief(claims))
			within := number(p.event(session, "renew")["within"])
			t.check(within > 0 && within <= 60_000, "to be renewed within %d ms", within)
			p.renewed(claims)
			t.wait(time.Duration(within)*time.Millisecond + time.Second)
			p.lives()
		}},
		{"expiry/who does not renew is closed with 4400", slow, func(t *T) {
			p := t.user(t.brief(t.claims()))
			p.expires()
		}},
		{"expiry/who is refused newer ones is closed with 4400 all the same", slow, func(t *T) {
			p := t.user(t.brief(t.claims()))
			p.refused(session, "renew", object{"auth": credentials(t.sign(t.claims()))}, protocol.CodeUnauthorized, "")
			p.expires()
		}},
		{"expiry/with fresh credentials the session is resumed, seat and all", slow, func(t *T) {
			claims := t.claims()
			p := t.user(t.brief(claims))
			s, _ := p.play(object{})
			for { // snapshots that are not acknowledged would only be held back
				a, came := s.next(shortLife + time.Second + t.cfg.Patience)
				t.check(came, "not closed")
				if a.err != nil {
					s.kept = append(s.kept, a)
					break
				}
			}
			s.closed(protocol.CloseAuthExpired)
			p.auth = credentials(t.sign(claims))
			q := t.resume(p)
			t.check(q.welcome.Session == p.welcome.Session, "session %q became %q", p.welcome.Session, q.welcome.Session)
			back := q.entered()
			t.check(back.enter.Match == s.enter.Match && back.enter.Seat == s.enter.Seat, "entered %+v, was in %+v", back.enter, s.enter)
			t.check(back.snapshot().Base == 0, "the first snapshot is no keyframe")
		}},
		{"expiry/a resume with old credentials or none is closed with 4400, and spends no token", slow, func(t *T) {
			claims := t.claims()
			brief := t.brief(claims)
			p := t.user(brief)
			p.expires()
			for range 2 {
				for _, auth := range [][]string{{}, credentials(t.sign(but(claims, jwt.MapClaims{"exp": inSeconds(-beyondSkew)})))} {
					t.keptOut(p, protocol.CloseAuthExpired, auth...)
				}
			}
			p.auth = credentials(t.sign(claims))
			t.resume(p).lives()
		}},
		{"expiry/a resume with bad credentials is closed with their code", slow, func(t *T) {
			claims := t.claims()
			p := t.user(t.brief(claims))
			p.expires()
			unsigned := t.signWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims)
			t.keptOut(p, protocol.CloseUnauthorized, credentials(unsigned)...)
			t.keptOut(p, protocol.CloseResumeRefused, credentials(t.sign(t.claims()))...)
			p.auth = credentials(t.sign(claims))
			t.resume(p).lives()
		}},
		{"expiry/what happened meanwhile comes after the resume", slow, func(t *T) {
			claims, host := t.claims(), t.guest()
			p := t.user(t.brief(claims))
			lobby := host.create(object{})
			p.join(lobby)
			p.event(protocol.ChannelLobby, "state")
			p.expires()
			host.got(protocol.ChannelChat, "say", object{"text": "where are you?"})
			p.auth = credentials(t.sign(claims))
			q := t.resume(p)
			t.check(q.event(protocol.ChannelChat, "message")["text"] == "where are you?", "another message came")
		}},
	}
}
