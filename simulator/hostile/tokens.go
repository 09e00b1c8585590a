package hostile

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
)

// replay spends a resume token and comes with it again.
func replay(ctx context.Context, a *Attacker) error {
	first, welcome, err := a.guest(ctx)
	if err != nil {
		return err
	}
	first.cut()
	second, err := a.dial(ctx)
	if err != nil {
		return err
	}
	defer second.cut()
	if _, err := second.greet(welcome.Token); err != nil {
		return err
	}
	// A token is spent when its successor is known to have arrived: any frame will do, and the answer says that it came.
	if err := second.send(protocol.MustEncode(protocol.Ping{Kind: protocol.KindPing, Time: 1})); err != nil {
		return err
	}
	if _, err := second.await(protocol.KindPong); err != nil {
		return err
	}
	return a.refusedToken(ctx, welcome.Token, "a spent resume token was taken")
}

// thief wants the seat of another.
func thief(ctx context.Context, a *Attacker) error {
	victim, welcome, _, err := a.seated(ctx)
	if err != nil {
		return err
	}
	defer victim.cut()
	token := []byte(welcome.Token)
	switch at := a.cfg.Rand.IntN(len(token)); a.cfg.Rand.IntN(3) {
	case 0:
		token[at] ^= 1 << a.cfg.Rand.IntN(6) // stays a printable character, mostly
	case 1:
		token = token[:at]
	default:
		token = append(token[:at:at], token...)
	}
	if len(token) == 0 || string(token) == welcome.Token || len(token) > protocol.MaxTokenBytes {
		return nil
	}
	err = a.refusedToken(ctx, string(token), "a forged resume token was taken")
	// The victim must not have noticed.
	if _, err := victim.await(protocol.KindSnapshot); err != nil && ctx.Err() == nil {
		a.breach("an attempt on a seat took it from its owner")
	}
	return err
}

// refusedToken comes with a token that must be refused.
func (a *Attacker) refusedToken(ctx context.Context, token, breach string) error {
	w, err := a.dial(ctx)
	if err != nil {
		return err
	}
	defer w.cut()
	_, err = w.greet(token)
	if err == nil {
		a.answered(nil)
		a.breach("%s", breach)
		return nil
	}
	a.expectClosed(err, breach, protocol.CloseResumeRefused, protocol.CloseResumeExpired, protocol.CloseMalformed)
	return err
}
