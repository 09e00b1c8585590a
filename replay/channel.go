package replay

import (
	"math"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/channel"
)

// ChannelName is the channel on which clients steer a playback.
const ChannelName = "replay"

// ServerName is what the server calls itself in its welcome: by it clients know that there is such a channel.
const ServerName = "deltatick replay"

// channel makes the channel of docs/PROTOCOL.md, section 4.4. Everyone may steer, and all see the same.
func (p *Playback) channel() *channel.Channel {
	ch := channel.New(ChannelName, channel.Config{Auto: true})
	channel.On(ch, "state", p.steer(func() error { return nil }))
	channel.On(ch, "play", p.steer(p.Play))
	channel.On(ch, "pause", p.steer(func() error {
		p.Pause()
		return nil
	}))
	channel.On(ch, "speed", func(_ *channel.Call, ask speed) (State, error) {
		if !(ask.Speed >= MinSpeed && ask.Speed <= MaxSpeed) {
			return State{}, protocol.RefuseField("speed", "want a number from 0.1 to 16")
		}
		p.SetSpeed(ask.Speed)
		return p.State(), nil
	})
	channel.On(ch, "seek", func(_ *channel.Call, ask seek) (State, error) {
		if ask.Tick < 0 {
			return State{}, protocol.RefuseField("tick", "want a tick")
		}
		return p.answer(p.Seek(uint32(min(ask.Tick, math.MaxUint32))))
	})
	return ch
}

// speed and seek are the payloads of the requests of these names.
type (
	speed struct {
		Speed float64 `msgpack:"speed"`
	}
	seek struct {
		Tick int64 `msgpack:"tick"`
	}
)

// steer answers a request that has no payload.
func (p *Playback) steer(do func() error) func(*channel.Call, struct{}) (State, error) {
	return func(*channel.Call, struct{}) (State, error) { return p.answer(do()) }
}

func (p *Playback) answer(err error) (State, error) {
	if err != nil {
		return State{}, protocol.Refuse(protocol.CodeInternal, err.Error())
	}
	return p.State(), nil
}
