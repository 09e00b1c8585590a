package wirename_test

import (
	"testing"

	"github.com/deltatick/deltatick/protocol/wirename"
)

func TestANameIsInSnakeCase(t *testing.T) {
	for name, want := range map[string]string{
		"X": "x", "VX": "vx", "HP": "hp", "MaxSpeed": "max_speed", "Heading": "heading", "Slot2Kind": "slot2_kind", "ÖlStand": "öl_stand",
	} {
		if got := wirename.Of(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
