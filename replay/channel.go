package replay

import (
	"context"
	"math"

	"github.com/deltatick/deltatick/protocol"
)

// ChannelName is the channel on which clients steer a playback.
const ChannelName = "replay"

// ServerName is what the server calls itself in its welcome: by it clients know that there is such a channel.
const ServerName = "deltatick replay"

// channel answers the channel's requests (docs/PROTOCOL.md, section 4.4). Everyone may steer, and all see the same.
func (p *Playback) channel(_ context.Context, _, name string, payload []byte) (any, error) {
	var ask struct {
		Speed *float64 `msgpack:"speed"`
		Tick  *int64   `msgpack:"tick"`
	}
	if len(payload) > 0 {
		if err := protocol.Decode(payload, &ask); err != nil {
			return nil, protocol.RefuseField("", "want a map with a number speed or a whole number tick, or nil")
		}
	}
	var err error
	switch name {
	case "state":
	case "play":
		err = p.Play()
	case "pause":
		p.Pause()
	case "speed":
		if ask.Speed == nil || !(*ask.Speed >= MinSpeed && *ask.Speed <= MaxSpeed) {
			return nil, protocol.RefuseField("speed", "want a number from 0.1 to 16")
		}
		p.SetSpeed(*ask.Speed)
	case "seek":
		if ask.Tick == nil || *ask.Tick < 0 {
			return nil, protocol.RefuseField("tick", "want a tick")
		}
		err = p.Seek(uint32(min(*ask.Tick, math.MaxUint32)))
	default:
		return nil, protocol.Refuse(protocol.CodeUnknownRequest, "no request "+name+" on channel "+ChannelName)
	}
	if err != nil {
		return nil, protocol.Refuse(protocol.CodeInternal, err.Error())
	}
	return p.State(), nil
}
