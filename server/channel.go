package server

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
)

// Channel answers the requests of a channel that is a game's own ([Config.Channels]). It is called as requests of lobbies are: one at
// a time for one session, at once for different ones, and it should not block for long. user is who asks; the payload, a map or nil in
// msgpack, has been checked, and is for protocol.Decode. A [*protocol.Error] goes to the client as it is, and any other as "internal";
// the reply is nil or anything msgpack encodes to a map.
type Channel func(ctx context.Context, user, name string, payload []byte) (reply any, err error)

// ownChannels are the server's.
var ownChannels = []string{protocol.ChannelLobby, protocol.ChannelMatch, protocol.ChannelSession, protocol.ChannelChat, protocol.ChannelPresence}
