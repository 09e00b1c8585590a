package simulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/hostile"
)

func TestARealServerWithstandsEveryAttackAndItsPlayersNoticeNone(t *testing.T) {
	groups := []simulator.Group{{Name: "honest", Bots: 6, RoomSize: 3, MinRate: -1, Talk: time.Second}}
	for _, a := range hostile.Attacks() {
		groups = append(groups, simulator.Group{Attack: a.Name, Bots: 2})
	}
	r, err := simulator.Run(t.Context(), simulator.Config{URL: realServer(t), For: 8 * time.Second, Groups: groups})
	if err != nil {
		t.Fatal(err)
	}
	if honest := r.Groups[0]; honest.Failed != 0 || honest.Snapshots == 0 || honest.Reconnects != 0 {
		t.Errorf("honest bots: %d failed (%v), %d snapshots, %d reconnects", honest.Failed, reasons(honest), honest.Snapshots, honest.Reconnects)
	}
	// One that cannot be over in this time, and two that never get a word.
	silent := []string{"never-ack", "truncate", "vanish"}
	for _, a := range r.Attacks {
		if len(a.Breaches) != 0 {
			t.Errorf("%s: %v", a.Attack, a.Breaches)
		}
		if slices.Contains(silent, a.Attack) {
			continue
		}
		if a.Attempts == 0 || len(a.Answers) == 0 {
			t.Errorf("%s: %d attempts, answers %v", a.Attack, a.Attempts, a.Answers)
		}
		t.Logf("%s: %d attempts, answers %v", a.Attack, a.Attempts, a.Answers)
	}
	var table, xml strings.Builder
	if _, err := r.WriteTo(&table); err != nil || !strings.Contains(table.String(), "never-ack was not over once") {
		t.Errorf("an attack of 15 s in a run of 8 says nothing, and the table does not say so (%v)", err)
	}
	if err := r.WriteJUnit(&xml); err != nil || !strings.Contains(xml.String(), `<skipped message="not over once"`) {
		t.Errorf("nor does JUnit (%v)", err)
	}
	if !r.OK() {
		t.Errorf("the run failed: %d, %d, %d", r.Failed, r.Unmet, r.Breaches)
	}
}
