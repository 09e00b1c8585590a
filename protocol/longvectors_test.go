package protocol_test

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// longTicks is how long the long streams are.
const longTicks = 200

// longStream is a seat's stream in the making.
type longStream struct {
	packedVector
	state *protocol.Packed
	base  *protocol.Snapshot
}

// longVectors are two streams of one view of a skirmish, as the fanout of a match makes them. They begin as one. The second seat's link
// goes bad after tick 40: it gets every second, third and sixth tick, so that its baselines are others and its stream goes on as a copy, then most
// ticks; from tick 160 it holds what the first one holds, and a fresh body makes one stream of the two. A third of the way the first seat
// asks for a keyframe.
func longVectors(t testing.TB) []packedVector {
	schema, plans := skirmishSchema(t)
	enter := hexOf(protocol.Enter{Kind: protocol.KindEnter, Epoch: 1, Match: "m", Game: "skirmish", Seat: 1, TickRate: skirmishRate,
		Tick: 1, HashEvery: 1, Tables: schema})
	var streams [2]*longStream
	for i, name := range []string{
		"every tick of a skirmish, with a keyframe asked for in between", "the same skirmish over a link that goes bad, and is good again",
	} {
		v := packedVector{Name: name, Enter: enter, Tables: saySchema(t, schema), schema: schema}
		streams[i] = &longStream{v, protocol.NewPacked(schema), nil}
	}
	good, bad := streams[0], streams[1]
	enc, game := protocol.NewPackedEncoder(), newSkirmish(11)
	for tick := uint32(1); tick <= longTicks; tick++ {
		game.step()
		if tick == 66 {
			good.base = nil
		}
		fresh := tick == 161 // both hold tick 160
		good.send(enc, game.seen(schema, plans, good.base), fresh)
		switch {
		case tick <= 40:
			bad.Bodies = slices.Clone(good.Bodies)
			bad.base = good.base
			bad.state.CopyFrom(good.state)
		case tick <= 60 && tick%2 == 0, tick > 60 && tick <= 90 && tick%3 == 0, tick > 90 && tick <= 120 && tick%6 == 0,
			tick > 120 && (tick >= 160 || tick%10 != 3 && tick%7 != 1):
			bad.send(enc, game.seen(schema, plans, bad.base), fresh)
		}
	}
	return []packedVector{good.packedVector, bad.packedVector}
}

// send encodes the next body.
func (s *longStream) send(enc *protocol.PackedEncoder, cur *protocol.Snapshot, fresh bool) {
	b := packedJSON{Tick: cur.Tick, Fresh: fresh || s.base == nil, Hash: protocol.Hash(cur, s.schema)}
	if s.base != nil {
		b.Base = s.base.Tick
	}
	b.Hex = hex.EncodeToString(enc.Encode(nil, s.state, s.base, cur, b.Fresh))
	for table := range s.schema {
		b.Left = append(b.Left, append([]uint32{}, cur.Tables[table].Left...))
	}
	s.Bodies = append(s.Bodies, b)
	s.base = cur
}

// What a released version has written must be readable for ever: recordings are made of it. So these bodies, and the schema that they are of,
// come from the files, and nothing that writes is asked.
func TestPackedStreamsThatAreWrittenDownCanBeRead(t *testing.T) {
	for _, name := range []string{"packed.json", "packed-long.json"} {
		for _, v := range readPackedVectors(t, name) {
			r := protocol.NewReader()
			enter, err := r.Enter(unhex(v.Enter))
			if err != nil {
				t.Fatalf("%s: %v", v.Name, err)
			}
			state := protocol.NewPacked(enter.Tables)
			var base *protocol.Snapshot
			for _, b := range v.Bodies {
				if b.Base == 0 {
					base = nil
				}
				got, err := r.ApplyPacked(enter.Tables, state, base, b.Tick, unhex(b.Hex))
				if err != nil {
					t.Fatalf("%s, tick %d: %v", v.Name, b.Tick, err)
				}
				if hash := protocol.Hash(got, enter.Tables); hash != b.Hash {
					t.Fatalf("%s, tick %d: hash %d, written down is %d", v.Name, b.Tick, hash, b.Hash)
				}
				for table := range got.Tables {
					if left := got.Tables[table].Left; !slices.Equal(left, b.Left[table]) && base != nil {
						t.Fatalf("%s, tick %d, table %d: %v left, written down is %v", v.Name, b.Tick, table, left, b.Left[table])
					}
				}
				base = got
			}
		}
	}
}

func TestTheLongStreamsAreOneTwoAndOneAgain(t *testing.T) {
	v := readPackedVectors(t, "packed-long.json")
	good, bad := v[0].Bodies, v[1].Bodies
	if len(good) != longTicks || len(bad) > longTicks*3/4 {
		t.Errorf("%d and %d bodies", len(good), len(bad))
	}
	alike := map[uint32]bool{} // by tick
	for _, b := range bad {
		i, there := slices.BinarySearchFunc(good, b.Tick, func(b packedJSON, tick uint32) int { return cmp.Compare(b.Tick, tick) })
		alike[b.Tick] = there && good[i].Hex == b.Hex
		if !there || good[i].Hash != b.Hash {
			t.Errorf("tick %d: other worlds", b.Tick)
		}
	}
	for tick, same := range alike {
		if together := tick <= 40 || tick > 160; same != together {
			t.Errorf("tick %d: the two streams are alike: %t", tick, same)
		}
	}
}

func readPackedVectors(t testing.TB, name string) (vectors []packedVector) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}
