// Command bodies prints a stream of snapshot frames, for clients in other languages to be tried and measured with:
//
//	go run ./cmd/bodies -entities 100 -ticks 300 -codec packed
//
// The world is games/swarm, of which all entities move. Each line is a JSON object: the first one has "enter", the frame that brings the
// schema, in hex; the others are {"hex": a snapshot frame, "hash": that of the world after it, "changed": how many values it changes}.
// The first snapshot is a keyframe, the others are deltas from the one before. client-js/bench/decode.js reads this.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

const tickRate = 60 // Hz

func main() {
	entities := flag.Int("entities", 100, "entities of the swarm, 1 to 5000")
	ticks := flag.Int("ticks", 300, "snapshots to print")
	codec := flag.String("codec", protocol.CodecPacked, "`codec` of the bodies: packed or mp")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "bodies: there are no arguments, only flags")
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	if err := run(out, *entities, *ticks, *codec); err != nil {
		fmt.Fprintln(os.Stderr, "bodies:", err)
		os.Exit(1)
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "bodies:", err)
		os.Exit(1)
	}
}

// line is one of the output; what is empty is not in it.
type line struct {
	Enter   string `json:"enter,omitempty"`
	Hex     string `json:"hex,omitempty"`
	Hash    uint32 `json:"hash,omitempty"`
	Changed int    `json:"changed,omitempty"`
}

func run(out io.Writer, entities, ticks int, codec string) error {
	sim, err := match.NewSim(swarm.Kind(), match.SimConfig{Seed: 1, TickRate: tickRate, Settings: match.Settings{"entities": entities}})
	if err != nil {
		return err
	}
	schema := sim.Schema()
	bodies, err := protocol.NewSequenceEncoder(schema, codec)
	if err != nil {
		return err
	}
	to, heads := json.NewEncoder(out), protocol.NewHeadEncoder()
	enter := protocol.MustEncode(protocol.Enter{Kind: protocol.KindEnter, Epoch: 1, Match: "m", Game: "swarm", TickRate: tickRate,
		HashEvery: tickRate, Tables: schema})
	if err := to.Encode(line{Enter: hex.EncodeToString(enter)}); err != nil {
		return err
	}
	base := protocol.NewSnapshot(schema)
	for range ticks {
		if err := sim.Step(); err != nil {
			return err
		}
		s := sim.Snapshot()
		frame := heads.Encode(protocol.SnapshotHead{Epoch: 1, Tick: s.Tick, Base: base.Tick})
		frame = bodies.Encode(frame, s)
		if err := to.Encode(line{Hex: hex.EncodeToString(frame), Hash: protocol.Hash(s, schema), Changed: changed(schema, base, s)}); err != nil {
			return err
		}
		base.CopyFrom(s, schema)
	}
	return nil
}

// changed counts the values that a snapshot changes, those of new rows included.
func changed(schema protocol.Schema, base, s *protocol.Snapshot) (n int) {
	for t := range schema {
		from, to := &base.Tables[t], &s.Tables[t]
		for row, id := range to.IDs {
			was, there := from.Find(id)
			for f, field := range schema[t].Fields {
				switch {
				case !there, field.Kind == protocol.FieldString && from.Strings[f][was] != to.Strings[f][row],
					from.Column(f)[was] != to.Column(f)[row]:
					n++
				}
			}
		}
	}
	return n
}
