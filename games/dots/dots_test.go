package dots

import (
	"fmt"

	"github.com/deltatick/deltatick/match"
)

// A game is tested without a server: a Sim runs it, one Step at a time.
func Example() {
	sim, err := match.NewSim(Kind(), match.SimConfig{})
	if err != nil {
		panic(err)
	}
	ann, _ := sim.Join("Ann")
	_ = sim.Input(ann, keys{Right: 1})
	for range 60 { // a second
		_ = sim.Step()
	}
	for _, d := range sim.Game().(*game).dots.All() {
		fmt.Printf("%s is at %.0f, %.0f\n", d.Name, d.X, d.Y)
	}
	// Output: Ann is at 320, 200
}
