package replay

import (
	"encoding/json"
	"io"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
)

// jsonTick is a line of output.
type jsonTick struct {
	Tick   uint32                      `json:"tick"`
	Hash   uint32                      `json:"hash"`
	Broken bool                        `json:"broken,omitempty"` // the game panicked
	State  map[string][]map[string]any `json:"state,omitempty"`  // rows by table, each with its id as "id"
	Events []jsonEvent                 `json:"events,omitempty"`
	Acts   []jsonAct                   `json:"acts,omitempty"`
}

type jsonEvent struct {
	To      match.SeatID `json:"to"` // 0: everyone
	Name    string       `json:"name"`
	Payload any          `json:"payload"`
}

type jsonAct struct {
	Kind     string         `json:"kind"`
	Seat     match.SeatID   `json:"seat,omitempty"`
	User     string         `json:"user,omitempty"`
	Name     string         `json:"name,omitempty"`
	Settings match.Settings `json:"settings,omitempty"`
	Age      *int           `json:"age,omitempty"`
	Input    map[string]any `json:"input,omitempty"`
}

// json writes a line for each tick. Ticks without events are left out of events.
func (x *extraction) json(out io.Writer) error {
	enc := json.NewEncoder(out)
	return x.each(func(t *recording.Tick) error {
		line := jsonTick{Tick: t.Tick, Hash: t.Hash, Broken: t.Broken}
		switch x.part {
		case partState:
			line.State = x.state(t)
		case partInputs:
			line.Acts = x.acts(t)
		case partEvents:
			if len(t.Events) == 0 {
				return nil
			}
			for _, e := range t.Events {
				line.Events = append(line.Events, jsonEvent{e.To, e.Name, payloadValue(e.Payload)})
			}
		}
		return enc.Encode(line)
	})
}

func (x *extraction) state(t *recording.Tick) map[string][]map[string]any {
	if t.Snapshot == nil {
		return nil
	}
	tables := map[string][]map[string]any{}
	for i, table := range x.r.Header().Schema {
		rows := &t.Snapshot.Tables[i]
		list := make([]map[string]any, rows.Len())
		for row := range list {
			entity := map[string]any{}
			for f, v := range rowValues(table.Fields, rows, row) {
				entity[table.Fields[f].Name] = v
			}
			entity["id"] = rows.IDs[row] // hides a field of that name, as in client-js
			list[row] = entity
		}
		tables[table.Name] = list
	}
	return tables
}

func (x *extraction) acts(t *recording.Tick) (acts []jsonAct) {
	fields := x.r.Header().Inputs
	for _, a := range t.Acts {
		j := jsonAct{Kind: a.Kind.String(), Seat: a.Seat, User: a.Player.User, Name: a.Player.Name, Settings: a.Settings}
		if a.Kind == match.ActInput {
			j.Age, j.Input = &a.Age, map[string]any{}
			for f, q := range a.Quanta {
				j.Input[fields[f].Name] = fieldValue(fields[f], q)
			}
		}
		acts = append(acts, j)
	}
	return acts
}
