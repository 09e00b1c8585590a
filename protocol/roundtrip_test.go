package protocol_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

type thing struct {
	X, Y    float32 `sync:"min=-1000,max=1000,step=0.01,rate=drift"`
	Heading float64 `sync:"angle,bits=10"`
	Health  uint8
	Drift   int32
	Raw     float32
	Alive   bool
	Name    string     `sync:"max=12"`
	Spin    [4]float32 `sync:"quat"`
	Aim     [3]float64 `sync:"unit"`
	secret  int
}

func thingSchema(t testing.TB) (protocol.Schema, *protocol.Plan) {
	t.Helper()
	plan, err := protocol.PlanOf(reflect.TypeFor[thing](), 60)
	if err != nil {
		t.Fatal(err)
	}
	return protocol.Schema{{Name: "things", Fields: plan.Fields}, {Name: "none"}, {Name: "more", Fields: plan.Fields}}, plan
}

// randomWorlds makes a sequence of worlds in which rows come, go, stay and change.
func randomWorlds(t testing.TB, seed uint64, n int) (protocol.Schema, []*protocol.Snapshot) {
	schema, plan := thingSchema(t)
	rng := rand.New(rand.NewPCG(seed, 1))
	type row struct {
		id uint32
		thing
	}
	tables := make([][]row, len(schema))
	var worlds []*protocol.Snapshot
	for tick := range n {
		snap := protocol.NewSnapshot(schema)
		snap.Reset(uint32(tick + 1))
		for ti := range tables {
			if ti == 1 {
				continue
			}
			rows := tables[ti]
			for i := len(rows) - 1; i >= 0; i-- {
				switch rng.IntN(8) {
				case 0:
					rows = append(rows[:i], rows[i+1:]...)
				case 1, 2:
					mutate(rng, &rows[i].thing)
				}
			}
			for range rng.IntN(4) {
				last := uint32(0)
				if len(rows) > 0 {
					last = rows[len(rows)-1].id
				}
				rows = append(rows, row{id: last + 1 + uint32(rng.IntN(300))})
				mutate(rng, &rows[len(rows)-1].thing)
			}
			tables[ti] = rows
			snap.Tables[ti].Resize(len(rows), schema[ti].Fields)
			for i := range rows {
				snap.Tables[ti].IDs[i] = rows[i].id
				plan.Quantise(&snap.Tables[ti], i, unsafe.Pointer(&rows[i].thing))
			}
		}
		worlds = append(worlds, snap)
	}
	return schema, worlds
}

func mutate(rng *rand.Rand, th *thing) {
	th.X += rng.Float32()*200 - 100
	th.Health = uint8(rng.Uint32())
	if rng.IntN(3) == 0 {
		th.Y, th.Heading, th.Raw = rng.Float32()*4000-2000, rng.Float64()*20-10, rng.Float32()
		th.Drift = int32(rng.Uint32())
		th.Alive = !th.Alive
		th.Spin[rng.IntN(4)], th.Aim[rng.IntN(3)] = rng.Float32()*2-1, rng.Float64()*2-1
		th.Name = fmt.Sprint("n", rng.IntN(1e9), "é")
	}
}

func bodyFrame(body []byte) []byte {
	return append([]byte{0x98, byte(protocol.KindSnapshot), 1, 2, 0, 0, 0, 0xc0}, body...)
}

func TestAnyWorldAgainstAnyBaselineRoundTrips(t *testing.T) {
	for seed := range uint64(3) {
		schema, worlds := randomWorlds(t, seed, 24)
		enc, r := protocol.NewBodyEncoder(schema), protocol.NewReader()
		for to, cur := range worlds {
			for from := -1; from < to; from++ {
				var base *protocol.Snapshot
				if from >= 0 {
					base = worlds[from]
				}
				body := enc.Encode(base, cur)
				if _, err := protocol.Check(bodyFrame(body), protocol.FromServer); err != nil {
					t.Fatalf("the check refuses our own body: %v", err)
				}
				got, err := r.Apply(schema, base, cur.Tick, body)
				if err != nil {
					t.Fatalf("seed %d, %d from %d: %v", seed, to, from, err)
				}
				if diff := diffWorlds(cur, got); diff != "" {
					t.Fatalf("seed %d, %d from %d: (-want +got)\n%s", seed, to, from, diff)
				}
				if protocol.Hash(cur, schema) != protocol.Hash(got, schema) {
					t.Fatal("equal worlds with different hashes")
				}
			}
		}
	}
}

func TestBothCodecsSayWhichRowsLeftTheView(t *testing.T) {
	for seed := range uint64(5) {
		worlds := history(anySchema, seed, 40)
		enc, r := protocol.NewBodyEncoder(anySchema), protocol.NewReader()
		out, in, packed := protocol.NewPackedEncoder(), protocol.NewPacked(anySchema), protocol.NewPacked(anySchema)
		var base, other *protocol.Snapshot
		for _, s := range worlds {
			got, err := r.Apply(anySchema, base, s.Tick, enc.Encode(base, s))
			if err != nil {
				t.Fatalf("seed %d, tick %d: %v", seed, s.Tick, err)
			}
			sameWorld(t, anySchema, base, s, got)
			other = receive(t, anySchema, r, in, other, s, out.Encode(nil, packed, base, s, false))
			for i := range anySchema {
				if !slices.Equal(got.Tables[i].Left, other.Tables[i].Left) {
					t.Fatalf("seed %d, tick %d: left %v in one codec, %v in the other", seed, s.Tick, got.Tables[i].Left, other.Tables[i].Left)
				}
			}
			base = s
		}
	}
}
