package hostile

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// defaultFlood is so many that any limit worth the name ends it long before: docs/sessions.md has 400 strikes as its largest.
const defaultFlood = 50_000

// flood sends as fast as it goes until the connection is closed.
func flood(ctx context.Context, a *Attacker) error {
	w, _, enter, err := a.seated(ctx)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	var reading sync.WaitGroup
	reading.Go(func() { ended <- drain(w) })
	defer reading.Wait()
	defer w.cut()
	frames := floods(enter)
	frame := frames[a.cfg.Rand.IntN(len(frames))]
	for range a.cfg.Flood {
		select {
		case err := <-ended:
			a.expectClosed(err, "a flood was ended without a close code", protocol.CloseFlooding, protocol.CloseSlow)
			return err
		default:
		}
		if w.send(frame) != nil {
			break // its close frame may still be on its way to the reader
		}
	}
	select {
	case err = <-ended:
		a.expectClosed(err, "a flood was ended without a close code", protocol.CloseFlooding, protocol.CloseSlow)
	case <-ctx.Done():
	case <-time.After(patience):
		a.answered(nil)
		a.breach("a flood was put up with")
	}
	return err
}

// drain reads until the connection ends.
func drain(w *wire) error {
	for {
		if _, _, err := w.next(); err != nil {
			return err
		}
	}
}

// floods are frames that are right by themselves.
func floods(enter protocol.Enter) [][]byte {
	request := protocol.Request{Kind: protocol.KindRequest, ID: 7, Channel: protocol.ChannelLobby, Name: "list", Payload: protocol.MustEncode(nil)}
	values := make([]int32, len(enter.Inputs))
	return [][]byte{
		protocol.MustEncode(request),
		protocol.MustEncode(protocol.Ping{Kind: protocol.KindPing, Time: 1}),
		protocol.MustEncode(protocol.Resync{Kind: protocol.KindResync, Epoch: enter.Epoch, Reason: protocol.ResyncAsked}),
		protocol.MustEncode([]any{protocol.KindInput, enter.Epoch, enter.Tick + 30, enter.Tick, values, enter.Tick}),
	}
}

// expectClosed counts an end, which must come with one of these close codes. A reset connection is no breach: a close frame can be lost
// with the bytes that still were on their way to a socket that is closed already.
func (a *Attacker) expectClosed(err error, breach string, codes ...protocol.CloseCode) {
	if !a.answered(err) {
		if err == nil {
			a.breach("%s", breach)
		}
		return
	}
	var closed *protocol.Closed
	if errors.As(err, &closed) {
		for _, code := range codes {
			if closed.Code == code {
				return
			}
		}
		a.breach("%s: closed with %d %s", breach, closed.Code, closed.Code.Name())
	}
}
