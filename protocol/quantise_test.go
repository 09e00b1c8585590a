package protocol_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/protocol"
)

func planOf[T any](t testing.TB) *protocol.Plan {
	t.Helper()
	p, err := protocol.PlanOf(reflect.TypeFor[T](), 60)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// quantised is one value's row and how many of its fields were cut.
func quantised[T any](t testing.TB, v T) (*protocol.Rows, int) {
	t.Helper()
	p := planOf[T](t)
	rows := &protocol.Rows{Strings: make([][]string, len(p.Fields))}
	rows.Resize(1, p.Fields)
	return rows, p.Quantise(rows, 0, unsafe.Pointer(&v))
}

func TestValueOfAQuantumIsAtMostHalfAStepAway(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		f := protocol.Field{Kind: protocol.FieldFixed, Offset: rng.Float64()*2000 - 1000, Step: math.Pow(10, rng.Float64()*6-4), Max: rng.Int32()}
		v := f.Offset + rng.Float64()*float64(f.Max)*f.Step
		q, inside := f.Quantum(v)
		rounding := math.Abs(v) * 1e-15 // of float64 itself
		if away := math.Abs(f.Value(q) - v); !inside || away > f.Step/2*(1+1e-6)+rounding {
			t.Fatalf("%+v: %v became quantum %d, which is %v away", f, v, q, away)
		}
	}
}

func TestEveryQuantumOfItsRangeSurvivesValueAndBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, f := range []protocol.Field{
		{Kind: protocol.FieldBool},
		{Kind: protocol.FieldInt, Min: math.MinInt32, Max: math.MaxInt32}, {Kind: protocol.FieldInt, Min: -3, Max: 3},
		{Kind: protocol.FieldFixed, Offset: -1000, Step: 0.01, Max: 200000}, {Kind: protocol.FieldFixed, Step: 0.1, Min: math.MinInt32, Max: math.MaxInt32},
		{Kind: protocol.FieldAngle, Bits: 1}, {Kind: protocol.FieldAngle, Bits: 10}, {Kind: protocol.FieldAngle, Bits: 24},
		{Kind: protocol.FieldFloat32},
	} {
		low, high := f.Bounds()
		for i := range 5000 {
			q := int32(int64(low) + rng.Int64N(int64(high)-int64(low)+1))
			switch i {
			case 0:
				q = low
			case 1:
				q = high
			}
			if f.Kind == protocol.FieldFloat32 && math.IsNaN(f.Value(q)) {
				continue
			}
			if back, inside := f.Quantum(f.Value(q)); back != q || !inside || !f.Holds(q) {
				t.Fatalf("%+v: quantum %d stands for %v, which is quantum %d (inside: %v)", f, q, f.Value(q), back, inside)
			}
		}
	}
}

func TestAnglesWrap(t *testing.T) {
	f := protocol.Field{Kind: protocol.FieldAngle, Bits: 10}
	step := 2 * math.Pi / 1024
	for _, turns := range []float64{-1000, -3, -1, 0, 1, 2, 500} {
		for _, q := range []int32{0, 1, 511, 512, 513, 1023} {
			if got, inside := f.Quantum(float64(q)*step + turns*2*math.Pi); got != q || !inside {
				t.Errorf("quantum %d, %v turns on: %d, inside: %v", q, turns, got, inside)
			}
		}
	}
	for v, want := range map[float64]int32{
		-1e-300: 0, -step / 4: 0, -step: 1023, 2*math.Pi - step/4: 0, 2*math.Pi - 0.6*step: 1023, math.Pi: 512, -math.Pi: 512,
	} {
		if got, inside := f.Quantum(v); got != want || !inside {
			t.Errorf("%v: quantum %d, inside: %v; want %d", v, got, inside, want)
		}
	}
	for _, v := range []float64{1e300, -1e300, math.MaxFloat64} {
		if got, _ := f.Quantum(v); !f.Holds(got) {
			t.Errorf("%v: quantum %d", v, got)
		}
	}
}

func TestWhatIsOutsideItsRangeIsCutAndCounted(t *testing.T) {
	type ranged struct {
		I  int16   `sync:"min=-5,max=5"`
		U  uint64  `sync:"min=1"`
		F  float32 `sync:"min=-1,max=1,step=0.5"`
		D  float64 `sync:"step=1"`
		A  float32 `sync:"angle,bits=4"`
		R  float64
		S  string `sync:"max=4"`
		OK bool
	}
	inf, nan := math.Inf(1), math.NaN()
	for name, c := range map[string]struct {
		v       ranged
		clamped int
		want    []int32
		s       string
	}{
		"inside":   {ranged{5, 9, -1, -7, 1, 0, "abcd", true}, 0, []int32{5, 9, 0, -7, 3, 0, 0, 1}, "abcd"},
		"above":    {ranged{6, math.MaxUint64, 1.3, 1e10, 99, 0, "abcde", true}, 5, []int32{5, math.MaxInt32, 4, math.MaxInt32, 12, 0, 0, 1}, "abcd"},
		"below":    {ranged{-6, 0, -1.3, -1e10, -99, 0, "", false}, 4, []int32{-5, 1, 0, math.MinInt32, 4, 0, 0, 0}, ""},
		"infinite": {ranged{0, 1, float32(inf), -inf, float32(inf), inf, "é日", false}, 4, []int32{0, 1, 4, math.MinInt32, 0, 0x7f800000, 0, 0}, "é"},
		"NaN":      {ranged{0, 1, float32(nan), nan, float32(nan), nan, "a\xffb", false}, 4, []int32{0, 1, 0, math.MinInt32, 0, 0x7fc00000, 0, 0}, "a"},
	} {
		rows, clamped := quantised(t, c.v)
		if diff := cmp.Diff(c.want, rows.Quanta); diff != "" || clamped != c.clamped || rows.Strings[6][0] != c.s {
			t.Errorf("%s: %d cut, string %q; want %d, %q; quanta (-want +got)\n%s", name, clamped, rows.Strings[6][0], c.clamped, c.s, diff)
		}
	}
}

func TestEveryNaNHasTheSameQuantum(t *testing.T) {
	type raw struct {
		R float32
		D float64
	}
	for _, bits := range []uint64{0x7ff8000000000000, 0x7ff8000000000001, 0xfff8000000000000, 0x7ff0000000000001, 0xffffffffffffffff} {
		rows, clamped := quantised(t, raw{math.Float32frombits(uint32(bits>>32) | 0x7f800001), math.Float64frombits(bits)})
		if rows.Quanta[0] != 0x7fc00000 || rows.Quanta[1] != 0x7fc00000 || clamped != 0 {
			t.Errorf("NaN %x: quanta %x, %d cut", bits, rows.Quanta, clamped)
		}
	}
}

func TestFloat32AndFloat64FieldsAgree(t *testing.T) {
	type both struct {
		F32, Raw32 float32 `sync:"min=-50,max=50,step=0.01"`
		F64        float64 `sync:"min=-50,max=50,step=0.01"`
		A32        float32 `sync:"angle,bits=8"`
		A64        float64 `sync:"angle,bits=8"`
		R32        float32
		R64        float64
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		v := rng.Float32()*120 - 60
		rows, _ := quantised(t, both{F32: v, F64: float64(v), A32: v, A64: float64(v), R32: v, R64: float64(v)})
		q := rows.Quanta
		if q[0] != q[2] || q[3] != q[4] || q[5] != q[6] || q[5] != int32(math.Float32bits(v)) {
			t.Fatalf("%v: %d", v, q)
		}
	}
}

func TestCutStringsKeepTheLongestWholeBeginning(t *testing.T) {
	type named struct {
		Name string `sync:"max=7"`
	}
	for in, want := range map[string]string{
		"": "", "seven77": "seven77", "eight888": "eight88", "日本国": "日本", "ab日本国": "ab日", "ééééé": "ééé", "🚀🚀": "🚀",
		"a\ufffdb\ufffdc": "a\ufffdb", "a\ufffdb\ufffd": "a\ufffdb", "ab\ufffdcd": "ab\ufffdcd", "ok\xffno": "ok", "\xff": "", "\xe6\x97": "",
		"\ufeffbom": "bom", "\ufeff\ufeff": "", "mid\ufeff": "mid\ufeff", "\ufeffeight888": "eight88",
	} {
		rows, clamped := quantised(t, named{in})
		if got := rows.Strings[0][0]; got != want || (clamped != 0) != (got != in) {
			t.Errorf("%q: kept %q, %d cut; want %q", in, got, clamped, want)
		}
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for range 3000 {
		b := make([]byte, rng.IntN(12))
		for i := range b {
			b[i] = "a\xc3\xa9\xe6\x97\xa5\xff\xf0\x9f\x9a\x80"[rng.IntN(11)]
		}
		rows, clamped := quantised(t, named{string(b)})
		got := rows.Strings[0][0]
		if len(got) > 7 || !utf8.ValidString(got) || !strings.HasPrefix(string(b), got) || (clamped == 0) != (got == string(b)) {
			t.Fatalf("%q: kept %q, %d cut", b, got, clamped)
		}
	}
}

func TestFillIsTheReverseOfQuantise(t *testing.T) {
	type every struct {
		B   bool
		I8  int8
		U8  uint8
		I16 int16
		U16 uint16
		I32 int32
		U32 uint32
		I64 int64
		U64 uint64
		I   int
		U   uint
		F32 float32 `sync:"min=-5,max=5,step=0.001"`
		F64 float64 `sync:"step=0.1"`
		A32 float32 `sync:"angle,bits=12"`
		A64 float64 `sync:"angle,bits=24"`
		R32 float32
		S   string
		own int
	}
	p := planOf[every](t)
	rng := rand.New(rand.NewPCG(9, 10))
	for range 2000 {
		quanta := make([]int32, len(p.Fields))
		for f, field := range p.Fields {
			low, high := field.Bounds()
			quanta[f] = int32(int64(low) + rng.Int64N(int64(high)-int64(low)+1))
			if field.Kind == protocol.FieldFloat32 {
				quanta[f] = int32(math.Float32bits(rng.Float32()))
			}
		}
		v := every{S: "kept", own: 42}
		p.Fill(unsafe.Pointer(&v), quanta)
		rows, clamped := quantised(t, v)
		if !slices.Equal(quanta, rows.Quanta) || clamped != 0 || v.S != "kept" || v.own != 42 {
			t.Fatalf("%+v: %d cut, quanta (-want +got)\n%s", v, clamped, cmp.Diff(quanta, rows.Quanta))
		}
	}
}

func TestARowIsFilledWithTheValuesOfItsQuanta(t *testing.T) {
	type thing struct {
		X     float64 `sync:"min=0,max=10,step=0.5"`
		On    bool
		Name  string     `sync:"max=4"`
		Turn  [4]float64 `sync:"quat"`
		Count uint8
		kept  int
		Own   string `sync:"-"`
	}
	plan := planOf[thing](t)
	var rows protocol.Rows
	rows.Strings = make([][]string, len(plan.Fields))
	rows.Resize(2, plan.Fields)
	for i, v := range []thing{{X: 1}, {X: 3.3, On: true, Name: "longer", Turn: [4]float64{0, 0, 0, 1}, Count: 9}} {
		plan.Quantise(&rows, i, unsafe.Pointer(&v))
	}
	got := thing{kept: 7, Own: "own"}
	plan.FillRow(unsafe.Pointer(&got), &rows, 1)
	if want := (thing{3.5, true, "long", [4]float64{0, 0, 0, 1}, 9, 7, "own"}); got != want {
		t.Errorf("filled %+v, want %+v", got, want)
	}
}

func TestQuantisingCostsNoMemory(t *testing.T) {
	p := planOf[thing](t)
	rows := &protocol.Rows{Strings: make([][]string, len(p.Fields))}
	rows.Resize(3, p.Fields)
	v := thing{X: 1, Y: -2, Heading: 3, Name: "Ada"}
	if n := testing.AllocsPerRun(20, func() { p.Quantise(rows, 2, unsafe.Pointer(&v)) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
