package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"reflect"

	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// trace is a world over time, at 60 Hz.
type trace struct {
	name      string
	schema    protocol.Schema
	snapshots []*protocol.Snapshot // of ticks 1, 2, 3, ...
	skip      int                  // snapshots at the start that are not counted
}

// swarmTrace runs games/swarm.
func swarmTrace(name string, entities int, quarter bool, warmUp, frames int) (trace, error) {
	settings := match.Settings{"entities": entities, "quarter": 0}
	if quarter {
		settings["quarter"] = 1
	}
	sim, err := match.NewSim(swarm.Kind(), match.SimConfig{Seed: 1, Settings: settings})
	if err != nil {
		return trace{}, err
	}
	tr := trace{name: name, schema: sim.Schema(), skip: warmUp}
	for range warmUp + frames {
		if err := sim.Step(); err != nil {
			return trace{}, err
		}
		s := protocol.NewSnapshot(tr.schema)
		s.CopyFrom(sim.Snapshot(), tr.schema)
		tr.snapshots = append(tr.snapshots, s)
	}
	return tr, nil
}

const (
	cubes       = 901
	cubeBytes   = 8 * 4
	cubeBits    = 9
	cubesWarmUp = 6 // the frames at the start that are the same
)

func cubeSchema(bits uint8) protocol.Schema {
	return protocol.Schema{{Name: "cubes", Fields: protocol.Fields{
		{Name: "rot", Kind: protocol.FieldQuat, Bits: bits},
		{Name: "x", Kind: protocol.FieldInt, Min: -16383, Max: 16383},
		{Name: "y", Kind: protocol.FieldInt, Min: -16383, Max: 16383},
		{Name: "z", Kind: protocol.FieldInt, Min: 0, Max: 8191},
		{Name: "interacting", Kind: protocol.FieldBool},
	}}}
}

// cubesTrace reads a file of 901 records a frame of 8 little-endian int32: largest, a, b, c, x, y, z, interacting.
func cubesTrace(file string) (trace, error) {
	f, err := os.Open(file)
	if err != nil {
		return trace{}, err
	}
	defer f.Close()
	tr := trace{name: "cubes", schema: cubeSchema(cubeBits), skip: cubesWarmUp}
	in := bufio.NewReaderSize(f, 1<<20)
	frame := make([]byte, cubes*cubeBytes)
	for {
		if _, err := io.ReadFull(in, frame); err == io.EOF {
			return tr, nil
		} else if err != nil {
			return trace{}, fmt.Errorf("%s: %w", file, err)
		}
		s := protocol.NewSnapshot(tr.schema)
		s.Reset(uint32(len(tr.snapshots) + 1))
		rows := &s.Tables[0]
		rows.Resize(cubes, tr.schema[0].Fields)
		for i := range cubes {
			var v [8]int32
			for k := range v {
				v[k] = int32(binary.LittleEndian.Uint32(frame[i*cubeBytes+k*4:]))
			}
			rows.IDs[i] = uint32(i + 1)
			rot := ((v[0]<<cubeBits|v[1])<<cubeBits|v[2])<<cubeBits | v[3]
			for f, q := range []int32{rot, v[4], v[5], v[6], v[7]} {
				rows.Column(f)[i] = q
			}
		}
		tr.snapshots = append(tr.snapshots, s)
	}
}

var _ = reflect.TypeOf
