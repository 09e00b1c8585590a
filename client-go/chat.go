package client

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
)

// Chat is the chat of the lobby a client is in: every request of channel "chat", typed. Errors are those of [Client.Call].
// What comes of it is told to [Handlers].
type Chat struct {
	c *Client
}

// Chat returns the client's chat calls.
func (c *Client) Chat() Chat { return Chat{c} }

// The payloads of channel "chat" (docs/PROTOCOL.md, section 4.6).

// ChatMessage is something that was said.
type ChatMessage struct {
	ID   uint32 `msgpack:"id"` // 1, 2, 3, ... in each lobby
	User string `msgpack:"user"`
	Name string `msgpack:"name"`
	Text string `msgpack:"text"`
	At   int64  `msgpack:"at"` // Unix ms, the server's clock
}

// ChatTyping says that a member types, or does not any more.
type ChatTyping struct {
	User string `msgpack:"user"`
	On   bool   `msgpack:"on"`
}

// ChatJoined says who came into the lobby.
type ChatJoined struct {
	User string `msgpack:"user"`
	Name string `msgpack:"name"`
	Role string `msgpack:"role"` // "player" or "spectator"
}

// ChatLeft says who is not in the lobby any more.
type ChatLeft struct {
	User   string `msgpack:"user"`
	Name   string `msgpack:"name"`
	Reason string `msgpack:"reason"` // left, kicked, expired
}

// ChatHistory is the chat as far as the server keeps it.
type ChatHistory struct {
	Messages []ChatMessage `msgpack:"messages"` // the oldest first
	Last     uint32        `msgpack:"last"`     // id of the newest message ever
	Typing   []string      `msgpack:"typing"`   // users who type now
}

// Say says something to everyone in the lobby.
func (ch Chat) Say(ctx context.Context, text string) (ChatMessage, error) {
	var said ChatMessage
	err := ch.c.Call(ctx, protocol.ChannelChat, "say", map[string]string{"text": text}, &said)
	return said, err
}

// Typing says that the user types, which ends by itself unless it is said again within 5 s, or that they do not any more.
func (ch Chat) Typing(ctx context.Context, on bool) error {
	return ch.c.Call(ctx, protocol.ChannelChat, "typing", map[string]bool{"on": on}, nil)
}

// History returns what was said after the message of an id; 0: everything that is kept.
func (ch Chat) History(ctx context.Context, after uint32) (ChatHistory, error) {
	var h ChatHistory
	err := ch.c.Call(ctx, protocol.ChannelChat, "history", map[string]uint32{"after": after}, &h)
	return h, err
}

// Mute keeps a member from speaking, or no longer. For hosts.
func (ch Chat) Mute(ctx context.Context, user string, on bool) error {
	return ch.c.Call(ctx, protocol.ChannelChat, "mute", map[string]any{"user": user, "on": on}, nil)
}
