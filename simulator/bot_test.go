package simulator

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

func TestBotsDoByDefaultWhatSuitsTheGameAndItsSettings(t *testing.T) {
	for _, test := range []struct {
		group Group
		want  Bot
	}{
		{Group{}, &Shooter{}},
		{Group{Game: "swarm"}, &Random{}},
		{Group{Game: "swarm", Settings: map[string]int{"steered": 0}}, &Random{}},
		{Group{Game: "swarm", Settings: map[string]int{"steered": 1}}, &Steering{}},
		{Group{Game: "swarm", Settings: map[string]int{"steered": 1}, Behaviour: "random"}, &Random{}},
		{Group{Game: "tag", Settings: map[string]int{"steered": 1}}, &Random{}},
	} {
		g, err := test.group.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		if got := g.NewBot(0, rand.New(rand.NewPCG(1, 1))); reflect.TypeOf(got) != reflect.TypeOf(test.want) {
			t.Errorf("%+v: %T, want %T", test.group, got, test.want)
		}
	}
}
