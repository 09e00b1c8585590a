package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// trace is a world over time: snapshots of ticks 1, 2, 3, ...
type trace struct {
	name      string
	schema    protocol.Schema
	snapshots []*protocol.Snapshot
	skip      int // how many at the start are sent and not counted
}

// warmUp is how long the worlds made here run before they are counted: a stream's first bodies are keyframes.
const warmUp = 4 * tickRate

// swarmTrace runs games/swarm.
func swarmTrace(entities int, quarter bool, seconds int) (trace, error) {
	name, settings := fmt.Sprintf("swarm, %d, all move", entities), match.Settings{"entities": entities}
	if quarter {
		name = fmt.Sprintf("swarm, %d, a quarter moves", entities)
		settings["quarter"] = 1
	}
	return gameTrace(name, swarm.Kind(), settings, seconds)
}

// gameTrace runs a game without players.
func gameTrace(name string, kind match.Kind, settings match.Settings, seconds int) (trace, error) {
	tr := trace{name: name, skip: warmUp}
	sim, err := match.NewSim(kind, match.SimConfig{Seed: 1, TickRate: tickRate, Settings: settings})
	if err != nil {
		return trace{}, err
	}
	tr.schema = sim.Schema()
	for range warmUp + seconds*tickRate {
		if err := sim.Step(); err != nil {
			return trace{}, err
		}
		s := protocol.NewSnapshot(tr.schema)
		s.CopyFrom(sim.Snapshot(), tr.schema)
		tr.snapshots = append(tr.snapshots, s)
	}
	return tr, nil
}

// withoutRates is the same trace for those who do not know which field is another's rate of change.
func (tr trace) withoutRates() trace {
	schema := slices.Clone(tr.schema)
	for t := range schema {
		schema[t].Fields = slices.Clone(schema[t].Fields)
		for f := range schema[t].Fields {
			schema[t].Fields[f].Rate, schema[t].Fields[f].PerTick = 0, 0
		}
	}
	tr.name, tr.schema = tr.name+", no rates", schema
	return tr
}

// The layout of the 2015 "networked physics data compression challenge": G. Fiedler's cubes.
const (
	cubes      = 901
	cubeValues = 8 // largest, a, b, c, x, y, z, interacting
	cubeBits   = 9
	cubesSkip  = 6 // frames at the start that are the same
)

// bodySchema is a rigid body's: a rotation, a place in 1/512 m, and whether it is touched.
var bodySchema = protocol.Schema{{Name: "bodies", Fields: protocol.Fields{
	{Name: "rot", Kind: protocol.FieldQuat, Bits: cubeBits},
	{Name: "x", Kind: protocol.FieldInt, Min: -16383, Max: 16383},
	{Name: "y", Kind: protocol.FieldInt, Min: -16383, Max: 16383},
	{Name: "z", Kind: protocol.FieldInt, Min: 0, Max: 8191},
	{Name: "interacting", Kind: protocol.FieldBool},
}}}

func cubesTrace(file string) (trace, error) {
	f, err := os.Open(file)
	if err != nil {
		return trace{}, err
	}
	defer f.Close()
	tr := trace{name: "cubes", schema: bodySchema, skip: cubesSkip}
	in, frame := bufio.NewReaderSize(f, 1<<20), make([]int32, cubes*cubeValues)
	for {
		if err := binary.Read(in, binary.LittleEndian, frame); err == io.EOF {
			break
		} else if err != nil {
			return trace{}, fmt.Errorf("%s: frame %d: %w", file, len(tr.snapshots), err)
		}
		s := tr.next(cubes)
		for i := range cubes {
			v := frame[i*cubeValues : (i+1)*cubeValues]
			rot := ((v[0]<<cubeBits|v[1])<<cubeBits|v[2])<<cubeBits | v[3]
			for f, q := range []int32{rot, v[4], v[5], v[6], v[7]} {
				if !bodySchema[0].Fields[f].Holds(q) {
					return trace{}, fmt.Errorf("%s: frame %d, cube %d: %s is %d", file, len(tr.snapshots)-1, i, bodySchema[0].Fields[f].Name, q)
				}
				s.Column(f)[i] = q
			}
		}
	}
	if len(tr.snapshots) <= cubesSkip {
		return trace{}, fmt.Errorf("%s: %d frames, want more than %d", file, len(tr.snapshots), cubesSkip)
	}
	return tr, nil
}

// next adds a snapshot with n rows, whose values are the caller's to set.
func (tr *trace) next(n int) *protocol.Rows {
	s := protocol.NewSnapshot(tr.schema)
	s.Reset(uint32(len(tr.snapshots) + 1))
	tr.snapshots = append(tr.snapshots, s)
	rows := &s.Tables[0]
	rows.Resize(n, tr.schema[0].Fields)
	for i := range rows.IDs {
		rows.IDs[i] = uint32(i + 1)
	}
	return rows
}
