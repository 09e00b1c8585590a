package protocol_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/protocol"
)

type colour string

type order struct {
	Item  string  `msgpack:"item"`
	Count uint8   `msgpack:"count"`
	Delta int16   `msgpack:"delta,omitempty"`
	Price float32 `msgpack:"price,omitempty"`
	Gift  *bool   `msgpack:"gift"`
	Parts []part  `msgpack:"parts,omitempty"`
	Stats map[colour]int32
	Blob  []byte       `msgpack:"blob,omitempty"`
	Any   protocol.Raw `msgpack:"any,omitempty"`
	Local chan int     `msgpack:"-"`
}

type part struct {
	Name colour `msgpack:"name"`
	Size struct {
		W, H float64
	} `msgpack:"size,omitempty"`
}

// good is an order with everything that must be given; with changes the map that it travels as.
func good(changes ...any) map[string]any {
	m := map[string]any{"item": "hat", "count": 3, "Stats": map[string]any{"red": 1}}
	for i := 0; i < len(changes); i += 2 {
		m[changes[i].(string)] = changes[i+1]
	}
	return m
}

func TestAPayloadFillsItsStruct(t *testing.T) {
	yes := true
	for name, tc := range map[string]struct {
		payload map[string]any
		want    order
	}{
		"what must be there": {good(), order{Item: "hat", Count: 3, Stats: map[colour]int32{"red": 1}}},
		"everything": {
			good("delta", -300, "price", 1.5, "gift", true, "blob", []byte{1, 2}, "any", []int{7}, "parts", []any{
				map[string]any{"name": "brim", "size": map[string]any{"W": 2, "H": 0.5}}, map[string]any{"name": "top"},
			}),
			order{
				Item: "hat", Count: 3, Stats: map[colour]int32{"red": 1}, Delta: -300, Price: 1.5, Gift: &yes, Blob: []byte{1, 2},
				Any: protocol.Raw{0x91, 7}, Parts: []part{{Name: "brim", Size: struct{ W, H float64 }{2, 0.5}}, {Name: "top"}},
			},
		},
		"an integer for a float": {good("price", 2), order{Item: "hat", Count: 3, Price: 2, Stats: map[colour]int32{"red": 1}}},
		"nil for what may be missing": {
			good("delta", nil, "gift", nil, "parts", nil), order{Item: "hat", Count: 3, Stats: map[colour]int32{"red": 1}},
		},
		"unknown keys": {
			good("colour", map[string]any{"r": []int{1}}, "Item", 7), order{Item: "hat", Count: 3, Stats: map[colour]int32{"red": 1}},
		},
	} {
		var got order
		if err := protocol.DecodePayload(protocol.MustEncode(tc.payload), &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestAPayloadIsRefusedByTheFieldThatIsWrong(t *testing.T) {
	for field, tc := range map[string]map[string]any{
		"item":           good("item", []byte("hat")),
		"count":          good("count", 256),
		"delta":          good("delta", 1.0),
		"price":          good("price", math.NaN()),
		"gift":           good("gift", 1),
		"blob":           good("blob", "text"),
		"Stats":          good("Stats", nil),
		"Stats.red":      good("Stats", map[string]any{"red": "1"}),
		"parts":          good("parts", map[string]any{}),
		"parts.1":        good("parts", []any{map[string]any{"name": "brim"}, 5}),
		"parts.0.name":   good("parts", []any{map[string]any{}}),
		"parts.0.size.W": good("parts", []any{map[string]any{"name": "brim", "size": map[string]any{"H": 1}}}),
		"parts.0.size.H": good("parts", []any{map[string]any{"name": "brim", "size": map[string]any{"W": 1, "H": math.Inf(1)}}}),
	} {
		refused(t, field, protocol.MustEncode(tc))
	}
	refused(t, "price", protocol.MustEncode(good("price", math.MaxFloat64)))
	refused(t, "count", protocol.MustEncode(good("count", -1)))
	refused(t, "Stats", protocol.MustEncode(good("Stats", map[string]any{"No Name": "x"}))) // which is not echoed
	refused(t, "item", nil)
	refused(t, "item", protocol.MustEncode(nil))
	refused(t, "", protocol.MustEncode([]int{1}))
	refused(t, "", protocol.MustEncode("hat"))
}

func refused(t *testing.T, field string, payload []byte) {
	t.Helper()
	var got order
	err := protocol.DecodePayload(payload, &got)
	var refusal *protocol.Error
	if !errors.As(err, &refusal) || refusal.Code != protocol.CodeBadPayload || refusal.Field != field {
		t.Errorf("%q expected, got %v", field, err)
	}
}

func TestAnEmptyPayloadHasNoFields(t *testing.T) {
	var none struct{}
	for _, payload := range [][]byte{nil, {0xc0}, {0x80}} {
		if err := protocol.DecodePayload(payload, &none); err != nil {
			t.Errorf("% x: %v", payload, err)
		}
	}
	var raw protocol.Raw
	if err := protocol.DecodePayload(nil, &raw); err != nil || len(raw) != 1 || raw[0] != 0xc0 {
		t.Errorf("raw: % x, %v", raw, err)
	}
}

func TestAPayloadTypeThatCannotBeReadIsNamed(t *testing.T) {
	type node struct{ Next *node }
	type Base struct{ A int }
	for want, v := range map[string]any{
		"X: a type":       struct{ X any }{},
		"Y: a type":       struct{ Y map[int]string }{},
		"Z: Deep: a type": struct{ Z []struct{ Deep chan int } }{},
		"holds itself":    node{},
		"embedded":        struct{ Base }{},
		"another field": struct {
			A int `msgpack:"b"`
			B int `msgpack:"b"`
		}{},
		"not a struct": 7,
	} {
		_, err := protocol.PayloadPlanOf(reflect.TypeOf(v))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: %v, expected %q", v, err, want)
		}
	}
}

func FuzzPayload(f *testing.F) {
	for _, m := range []any{
		good(), nil, []int{1}, good("price", 2, "gift", false, "blob", []byte{1}, "any", "x"),
		good("parts", []any{map[string]any{"name": "brim", "size": map[string]any{"W": 2, "H": 0.5}}}),
	} {
		f.Add(protocol.MustEncode(m))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		frame := append([]byte{0x95, byte(protocol.KindRequest), 1, 0xa1, 'c', 0xa1, 'n'}, payload...)
		if _, err := protocol.Check(frame, protocol.FromClient); err != nil {
			return
		}
		var got, again order
		if err := protocol.DecodePayload(payload, &got); err != nil {
			var refusal *protocol.Error
			if !errors.As(err, &refusal) || refusal.Code != protocol.CodeBadPayload {
				t.Fatalf("% x: %v", payload, err)
			}
			return
		}
		if err := protocol.DecodePayload(protocol.MustEncode(&got), &again); err != nil {
			t.Fatalf("what was read, %+v, is not read again: %v", got, err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("% x\n%s", payload, diff)
		}
	})
}
