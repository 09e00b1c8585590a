package server

import "github.com/deltatick/deltatick/session/channel"

func (c *collector) channels(m sink) {
	for _, ch := range c.server.channels.Channels() {
		m.gauge(descChannels, int64(ch.Len()), ch.Name())
		m.gauge(descRooms, int64(ch.CountRooms()), ch.Name())
	}
	n := c.server.channels.Counters()
	m.count(descCalls, n.Requests.Load(), "request")
	m.count(descCalls, n.Events.Load(), "event")
	m.count(descCalls, n.Uploads.Load(), "upload")
	m.count(descBroadcasts, n.Broadcasts.Load())
	m.count(descDeliveries, n.Deliveries.Load())
	for _, reason := range channel.Drops() {
		m.count(descDrops, n.Drops[reason].Load(), "channel", reason.String())
	}
}
