// Package channel lets several parts of a house talk over one connection: each on a channel of its own, with its own handlers, rule of
// who may open it, limit, members and rooms.
//
// A [Channel] is made with [New] and given its handlers with [On] and [OnEvent]; a [Set] brings the channels of a house to its sessions:
//
//	shop := channel.New("shop", channel.Config{Auto: true})
//	channel.On(shop, "buy", func(c *channel.Call, p Buy) (Bought, error) { ... })
//	set, err := channel.NewSet(channel.SetConfig{Channels: []*channel.Channel{shop}})
//
// # Members
//
// A session is a member of a channel from when it opens it, by a request of its client or, with [Config.Auto], by itself, until it closes
// it, the channel's rule refuses it, or the session ends. Membership belongs to the session, so a resume changes nothing about it. Only
// members are heard on a channel, and only members hear what is said there.
//
// # Rooms
//
// A room is a name that members of a channel share. It is there while somebody is in it. Clients never join one by themselves: a handler,
// or any other code of the house, does it for them. [Config.MaySee] says who may be in a room; it is asked when a member joins, and again
// whenever something is said there.
//
// # Broadcast
//
// An [Audience] describes who is to hear an event, and [Audience.Emit] encodes it once and sends it to each of them, once:
//
//	shop.All().Emit("sale", sale)
//	shop.Rooms("hats", "shoes").ExceptUsers(banned).Emit("sale", sale)
//	shop.Users(user).Emit("bill", bill) // on all sessions of the user
//	c.Others().Emit("bought", what)     // in a handler: all but the caller
//
// # Locks
//
// Channel.mu guards a channel's members and rooms; Set.mu, taken under it, the sessions of a set. No other lock is taken under them, and rules,
// handlers and hooks are called without any.
package channel
