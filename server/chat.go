package server

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
)

// answerChat answers a request of the channel "chat", which is that of the lobby a player is in.
func (s *Server) answerChat(ctx context.Context, p *player, q protocol.Request) (any, error) {
	return s.directory.ChatRequest(ctx, p, q.Name, q.Payload)
}

// chats are the metrics of chats.
func (c *collector) chats(m sink) {
	n := c.server.lobbies
	m.count(descMessages, n.Messages.Load())
	m.gauge(descKept, n.Kept.Load())
	m.gauge(descTyping, n.Typing.Load())
	m.gauge(descTalkers, n.Talkers.Load())
}

var (
	descMessages = describe("chat_messages_total", "Messages said in lobbies.")
	descKept     = describe("chat_messages_kept", "Messages kept for those who come later.")
	descTyping   = describe("chat_typing", "Members of lobbies who type now.")
	descTalkers  = describe("chat_users", "Users whose limits, mutes and bans lobbies hold: members, and for a while those who left.")
)
