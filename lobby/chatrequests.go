package lobby

import (
	"context"
	"math"

	"github.com/deltatick/deltatick/protocol"
)

var chatRequests = map[string]request{
	"say":     requestSay,
	"typing":  requestTyping,
	"history": requestHistory,
	"mute":    requestMute,
}

// ChatRequest is [Directory.Request] for the channel "chat" (docs/PROTOCOL.md, section 4.6).
func (d *Directory) ChatRequest(ctx context.Context, m Member, name string, payload []byte) (reply any, err error) {
	return d.answer(ctx, protocol.ChannelChat, chatRequests[name], m, payload)
}

func requestSay(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	text := need(f, "text", f.text("text"))
	if f.err != nil {
		return nil, f.err
	}
	return d.Say(ctx, m, text)
}

func requestTyping(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	on := need(f, "on", f.flag("on"))
	if f.err != nil {
		return nil, f.err
	}
	return nil, d.Typing(ctx, m, on)
}

func requestHistory(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	after := or(f.number("after"), 0)
	if f.err == nil && (after < 0 || after > math.MaxUint32) {
		f.err = refuseField("after", "want the id of a message, or 0")
	}
	if f.err != nil {
		return nil, f.err
	}
	return d.History(ctx, m, uint32(after))
}

func requestMute(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	user, on := need(f, "user", f.text("user")), need(f, "on", f.flag("on"))
	if f.err != nil {
		return nil, f.err
	}
	return nil, d.Mute(ctx, m, user, on)
}
