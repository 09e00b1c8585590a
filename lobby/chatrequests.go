package lobby

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
)

var chatRequests = map[string]request{
	"say":     reading(requestSay),
	"typing":  reading(requestTyping),
	"history": reading(requestHistory),
	"mute":    reading(requestMute),
}

// ChatRequest is [Directory.Request] for the channel "chat" (docs/PROTOCOL.md, section 4.6).
func (d *Directory) ChatRequest(ctx context.Context, m Member, name string, payload []byte) (reply any, err error) {
	return d.answer(ctx, protocol.ChannelChat, chatRequests[name], m, payload)
}

// The payloads of requests.
type (
	saying struct {
		Text string `msgpack:"text"`
	}
	typingNow struct {
		On bool `msgpack:"on"`
	}
	reviewing struct {
		After uint32 `msgpack:"after,omitempty"` // id of a message, or 0
	}
	muting struct {
		User string `msgpack:"user"`
		On   bool   `msgpack:"on"`
	}
)

func requestSay(ctx context.Context, d *Directory, m Member, p saying) (any, error) {
	return d.Say(ctx, m, p.Text)
}

func requestTyping(ctx context.Context, d *Directory, m Member, p typingNow) (any, error) {
	return nil, d.Typing(ctx, m, p.On)
}

func requestHistory(ctx context.Context, d *Directory, m Member, p reviewing) (any, error) {
	return d.History(ctx, m, p.After)
}

func requestMute(ctx context.Context, d *Directory, m Member, p muting) (any, error) {
	return nil, d.Mute(ctx, m, p.User, p.On)
}
