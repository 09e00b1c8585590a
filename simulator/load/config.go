package load

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Config says who plays what. The zero value of a field is the default it names.
type Config struct {
	Addr  netip.AddrPort // of the server; loopback
	Rooms int            // default 1
	Size  int            // players in a room, default 8

	Game     string         // default "arena"
	Settings map[string]int // of the lobbies
	Codec    string         // of snapshot bodies, default protocol.CodecPacked; none is decoded
	Idle     bool           // stay in the lobby: no match is started, no input sent

	// Floor plays a floor instead, with inputs of as many bytes. 0 plays a server.
	Floor int

	Rate int           // inputs a second of a player, default 60
	Ramp time.Duration // over which the players come; default 2 ms for each
	Join time.Duration // in which a player must be in, from when it comes; default 30 s
}

func (cfg Config) withDefaults() (Config, error) {
	cfg.Rooms = cmp.Or(cfg.Rooms, 1)
	cfg.Size = cmp.Or(cfg.Size, 8)
	cfg.Game = cmp.Or(cfg.Game, "arena")
	cfg.Codec = cmp.Or(cfg.Codec, protocol.CodecPacked)
	cfg.Rate = cmp.Or(cfg.Rate, 60)
	cfg.Ramp = cmp.Or(cfg.Ramp, time.Duration(cfg.Rooms*cfg.Size)*2*time.Millisecond)
	cfg.Join = cmp.Or(cfg.Join, 30*time.Second)
	switch {
	case !cfg.Addr.Addr().IsLoopback():
		return cfg, fmt.Errorf("load: %v is not a loopback address", cfg.Addr)
	case cfg.Rooms < 1 || cfg.Size < 1 || cfg.Rate < 1 || cfg.Floor < 0:
		return cfg, fmt.Errorf("load: %d rooms of %d, %d inputs a second of %d bytes: want 1 or more", cfg.Rooms, cfg.Size, cfg.Rate, cfg.Floor)
	}
	return cfg, nil
}
