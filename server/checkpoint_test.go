package server_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
)

// Where the process that a test starts finds the checkpoint that it is to go on from, and of which game it is.
const (
	checkpointFile = "DELTATICK_TEST_CHECKPOINT"
	checkpointGame = "DELTATICK_TEST_GAME"
)

// further is how many ticks are made after a checkpoint: ten seconds.
const further = 600

// story is a match of a game that is told by its ticks' numbers alone.
type story struct {
	kind     match.Kind
	settings match.Settings
	players  int
	input    func(random uint32) any
}

var stories = map[string]story{
	"arena": {arena.Kind(), match.Settings{"seconds": 600, "limit": 0, "bots": 12}, 4, func(r uint32) any {
		return arena.Input{Turn: int(r%3) - 1, Thrust: r&8 != 0, Fire: r&0x70 != 0, Aimed: r&0x180 == 0, Aim: float64(r>>20) / 650}
	}},
	"swarm": {swarm.Kind(), match.Settings{"entities": 300, "quarter": 1, "steered": 1}, 3, func(r uint32) any {
		return swarm.Input{Turn: int(r%3) - 1, Thrust: r&8 != 0, Fire: r&16 != 0}
	}},
	"dots": {dots.Kind(), nil, 3, func(r uint32) any {
		return struct {
			Right, Down int `sync:"min=-1,max=1"`
		}{int(r%3) - 1, int(r/3%3) - 1}
	}},
}

// tell makes the match's next ticks and returns the world's hash after each.
func (s story) tell(t *testing.T, sim *match.Sim, ticks int) (hashes []string) {
	t.Helper()
	for range ticks {
		tick := sim.Tick() + 1
		for seat := 1; seat <= s.players; seat++ {
			random := (tick/8*31 + uint32(seat)) * 2654435761
			if random>>8%4 == 0 {
				continue // the input before is repeated
			}
			if err := sim.InputSeen(match.SeatID(seat), s.input(random>>3), tick-uint32(min(int(tick-1), 4*seat))); err != nil {
				t.Fatal(err)
			}
		}
		if err := sim.Step(); err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, fmt.Sprintf("hash %d %08x", sim.Tick(), sim.Hash()))
	}
	return hashes
}

// TestAProcessGoesOnFromACheckpoint is what the other process runs.
func TestAProcessGoesOnFromACheckpoint(t *testing.T) {
	file, s := os.Getenv(checkpointFile), stories[os.Getenv(checkpointGame)]
	if file == "" {
		t.Skip("run by TestARestoredMatchGoesOnAsTheOriginalInAnotherProcess")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sim, err := match.RestoreSim(s.kind, data)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(strings.Join(s.tell(t, sim, further), "\n"))
}

func TestARestoredMatchGoesOnAsTheOriginalInAnotherProcess(t *testing.T) {
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			sim, err := match.NewSim(s.kind, match.SimConfig{Seed: 11, Settings: s.settings})
			if err != nil {
				t.Fatal(err)
			}
			for i := range s.players {
				if _, err := sim.Join(fmt.Sprint("player ", i+1)); err != nil {
					t.Fatal(err)
				}
			}
			if err := sim.SetAway(2, true); err != nil {
				t.Fatal(err)
			}
			s.tell(t, sim, 15*60)
			data, err := sim.Checkpoint()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "checkpoint")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			other := exec.Command(os.Args[0], "-test.run=^TestAProcessGoesOnFromACheckpoint$", "-test.v")
			other.Env = append(os.Environ(), checkpointFile+"="+file, checkpointGame+"="+name)
			output, err := other.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			var there []string
			for line := range strings.Lines(string(output)) {
				if strings.HasPrefix(line, "hash ") {
					there = append(there, strings.TrimSpace(line))
				}
			}
			here := s.tell(t, sim, further)
			if len(there) != len(here) {
				t.Fatalf("%d ticks there, %d here", len(there), len(here))
			}
			seen := map[string]bool{}
			for i := range here {
				if here[i] != there[i] {
					t.Fatalf("%s here, %s there", here[i], there[i])
				}
				seen[strings.Fields(here[i])[2]] = true
			}
			if len(seen) < further/4 {
				t.Errorf("the world was the same in most ticks (%d worlds), which shows nothing", len(seen))
			}
		})
	}
}
