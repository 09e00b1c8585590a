package replay

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
)

// csv writes a table: of states a line for each value, of events a line for each, of inputs a line for each input in force.
func (x *extraction) csv(out io.Writer) error {
	w := csv.NewWriter(out)
	line := map[string]func(*csv.Writer, *recording.Tick) error{
		partState: x.stateLines, partEvents: x.eventLines, partInputs: x.inputLines,
	}[x.part]
	if err := w.Write(x.columns()); err != nil {
		return err
	}
	if err := x.each(func(t *recording.Tick) error { return line(w, t) }); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func (x *extraction) columns() []string {
	switch x.part {
	case partState:
		return []string{"tick", "table", "id", "field", "value"}
	case partEvents:
		return []string{"tick", "to", "name", "payload"}
	}
	columns := []string{"tick", "seat", "age"}
	for _, f := range x.r.Header().Inputs {
		columns = append(columns, f.Name)
	}
	return columns
}

func (x *extraction) stateLines(w *csv.Writer, t *recording.Tick) error {
	if t.Snapshot == nil {
		return nil
	}
	for i, table := range x.r.Header().Schema {
		rows := &t.Snapshot.Tables[i]
		for row := range rows.Len() {
			for f, v := range rowValues(table.Fields, rows, row) {
				if err := w.Write([]string{decimal(t.Tick), table.Name, decimal(rows.IDs[row]), table.Fields[f].Name, fmt.Sprint(v)}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (x *extraction) eventLines(w *csv.Writer, t *recording.Tick) error {
	for _, e := range t.Events {
		payload, err := json.Marshal(payloadValue(e.Payload))
		if err != nil {
			return err
		}
		if err := w.Write([]string{decimal(t.Tick), decimal(uint32(e.To)), e.Name, string(payload)}); err != nil {
			return err
		}
	}
	return nil
}

func (x *extraction) inputLines(w *csv.Writer, t *recording.Tick) error {
	fields := x.r.Header().Inputs
	for _, a := range t.Acts {
		if a.Kind != match.ActInput {
			continue
		}
		line := []string{decimal(t.Tick), decimal(uint32(a.Seat)), strconv.Itoa(a.Age)}
		for f, q := range a.Quanta {
			line = append(line, fmt.Sprint(fieldValue(fields[f], q)))
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
