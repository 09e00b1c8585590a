package link

import (
	"maps"
	"slices"
	"time"
)

// presets are networks by name. docs/networks.md says where each figure comes from.
var presets = map[string]Profile{
	"lan": {RTT: time.Millisecond, Jitter: 500 * time.Microsecond, DownKbps: 1_000_000, UpKbps: 1_000_000},
	"fibre": {
		RTT: 20 * time.Millisecond, Jitter: 2 * time.Millisecond, Loss: 0.01, DownKbps: 100_000, UpKbps: 40_000,
	},
	"home-wifi": {
		RTT: 40 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.2, DownKbps: 50_000, UpKbps: 10_000,
		Burst: Burst{Every: 20 * time.Second, For: 100 * time.Millisecond, Loss: 20},
	},
	"4g": {
		RTT: 70 * time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.2, DownKbps: 12_000, UpKbps: 12_000,
	},
	"3g": {
		RTT: 300 * time.Millisecond, Jitter: 100 * time.Millisecond, Loss: 0.5, DownKbps: 1600, UpKbps: 768,
	},
	"satellite": {
		RTT: 600 * time.Millisecond, Jitter: 40 * time.Millisecond, Loss: 0.5, DownKbps: 10_000, UpKbps: 2000,
	},
	"train-tunnel": {
		RTT: 70 * time.Millisecond, Jitter: 40 * time.Millisecond, Loss: 0.5, DownKbps: 4000, UpKbps: 1000,
		Burst: Burst{Every: 10 * time.Second, For: 500 * time.Millisecond, Loss: 30},
		Flap:  Flap{Up: 40 * time.Second, Down: 5 * time.Second},
	},
}

// Presets are the names of the ready profiles, sorted.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

// Preset returns a ready profile.
func Preset(name string) (Profile, bool) {
	p, ok := presets[name]
	p.Name = name
	return p, ok
}
