package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/scenario"
)

func TestAScenarioSaysEverythingThatARunCanBeTold(t *testing.T) {
	cfg, err := scenario.Parse([]byte(`
title: an evening
for: 20s
ramp: 2s
seed: 7
join_within: 5s
return_within: 3s
groups:
  - name: regulars
    role: player
    bots: 16
    game: arena
    room_size: 4
    settings: {bots: 2}
    behaviour: random
    talk: 10s
    stay: 30s
    away: 2s
    chaos: true
    min_rate: 0
    expect: [rate.min >= 55, gap.p99 <= 60ms]
  - name: idle
    role: sitter
`))
	if err != nil {
		t.Fatal(err)
	}
	want := simulator.Config{
		Title: "an evening", For: 20 * time.Second, Ramp: 2 * time.Second, Seed: 7, JoinWithin: 5 * time.Second, ReturnWithin: 3 * time.Second,
		Groups: []simulator.Group{
			{Name: "regulars", Role: simulator.Player, Bots: 16, Game: "arena", RoomSize: 4, Settings: map[string]int{"bots": 2}, Behaviour: "random",
				Talk: 10 * time.Second, Stay: 30 * time.Second, Away: 2 * time.Second, Chaos: true, MinRate: -1,
				Expect: []simulator.Criterion{{Figure: "rate.min", Value: 55}, {Figure: "gap.p99", AtMost: true, Value: 60}}},
			{Name: "idle", Role: simulator.Sitter},
		},
	}
	if diff := cmp.Diff(want, cfg); diff != "" {
		t.Error(diff)
	}
}

func TestAMistakeIsOneLineThatSaysWhereItIs(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "the scenario is empty",
		"for: 20s":                            "groups: at least one is needed",
		"groups: 3":                           "line 1, column 9:",
		"groups: [":                           "line 1",
		"groups:\n  - bot: 3":                 `line 2, column 5: unknown field "bot"`,
		"groups:\n  - bots: many":             "line 2, column 11: cannot take string of type int",
		"groups:\n  - stay: 3":                `line 2, column 11: "3" is no time such as 30s`,
		"groups: [{}]\nramp: soon":            `line 2, column 7: "soon" is no time such as 30s`,
		"groups: [{}]\nsoak:\n  settle: [3s]": `line 3, column 11: "[" is no time such as 30s`,
		"groups:\n  - name: a\n  - name: b\n    attack: ddos":       `line 4, column 13: group b: attack: "ddos" is none of`,
		"groups:\n  - attack: ddos":                                 `line 2, column 13: group 1: attack: "ddos" is none of`,
		"groups:\n  - name: a\n    room_size: 2000":                 "line 3, column 16: group a: room size: 2000 is outside",
		"groups:\n  - name: a\n    network: 5g":                     `line 3, column 14: group a: network "5g": want one of`,
		"groups:\n  - {}\n  - name: a\n    away: 1s\n    stay: 1ms": "line 5, column 11: group a: stay: ",
		"for: -1s\ngroups: [{}]":                                    "line 1, column 6: for: -1s",
		"title: x\nlink_timeout: 2m\ngroups: [{}]":                  "line 2, column 15: link timeout: 2m",
		"groups: [{bots: -2}]":                                      "bots: -2 is outside",
		"groups: [{name: a, role: king}]":                           `role: "king" is none of`,
		"groups: [{name: a}, {name: a}]":                            "group a: another one has that name",
		"groups: [{name: a}, {name: b, bots: 200000}]":              "group b: bots: 200000",
		"groups: [{name: a, expect: [speed <= 3]}]":                 `line 1, column 28: group a: expect: "speed <= 3": no figure`,
		"groups: [{expect: [gap.p99]}]":                             "group 1: expect:",
		"groups: [{}]\n---\ngroups: [{}]":                           "more than one document",
		"groups: [{}] #" + strings.Repeat("x", 1<<20):               "more than 1048576 bytes",
		"groups:\n  - {bots: 1, bots: 2}":                           "already defined",
		"groups: [{name: a, behaviour: clever}]":                    `behaviour: "clever" is none of`,
		"groups: [{talk: 10ms}]":                                    "talk: 10ms is less than 1s",
		"groups: [{name: a, stay: 2s, away: -1s}]":                  "away not negative",
		"groups: [{bots: 99999999999999999999999999999}]":           "overflow",
		"groups: [{attack: kindness}]":                              `attack: "kindness" is none of`,
		"groups: [{attack: flood, chaos: true}]":                    "attackers have a name",
		"title: [nested]\ngroups: [{}]":                             "line 1, column 8",
		"groups: [{settings: {bots: lots}}]":                        "line 1",
		"groups: [{}]\nreturn_within: 9999999999999999999s":         `"9999999999999999999s"`,
	} {
		_, err := scenario.Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

func TestTheExamplesAreScenarios(t *testing.T) {
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		if _, err := scenario.Load(file); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileThatIsNoScenarioIsNamed(t *testing.T) {
	if _, err := scenario.Load("examples/none.yaml"); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(path, []byte("groups: {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := scenario.Load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
}

func FuzzScenario(f *testing.F) {
	f.Add("for: 20s\ngroups: [{name: a, bots: 3, expect: [gap.p99 <= 3ms]}]")
	f.Add("groups: [{settings: {bots: 2}, stay: 3s}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		cfg, err := scenario.Parse([]byte(text))
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("more than one line: %v", err)
		}
		if err == nil && cfg.Check() != nil {
			t.Errorf("was taken, and cannot be run: %v", cfg.Check())
		}
	})
}
