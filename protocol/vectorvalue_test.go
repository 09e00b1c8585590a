package protocol_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/protocol"
)

// The values of the vectors' frames. Each writes itself as msgpack and as the JSON that testdata/vectors/README.md tells of.

// list is a positional array.
type list = []any

// object is a map that keeps the order of its keys, so that its bytes are always the same.
type object []entry

type entry struct {
	key   string
	value any
}

func (o object) EncodeMsgpack(enc *msgpack.Encoder) error {
	if err := enc.EncodeMapLen(len(o)); err != nil {
		return err
	}
	for _, e := range o {
		if err := enc.EncodeMulti(e.key, e.value); err != nil {
			return err
		}
	}
	return nil
}

func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, e := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(e.key)
		value, err := json.Marshal(e.value)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// bin is a msgpack bin.
type bin []byte

func (b bin) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeBytes(b) }

func (b bin) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"$bin": hex.EncodeToString(b)})
}

// float is a float64, also one that JSON has no number for.
type float float64

func (f float) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeFloat64(float64(f)) }

func (f float) MarshalJSON() ([]byte, error) { return floatJSON(float64(f)) }

// single is a float32.
type single float32

func (s single) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeFloat32(float32(s)) }

func (s single) MarshalJSON() ([]byte, error) { return floatJSON(float64(s)) }

func floatJSON(v float64) ([]byte, error) {
	for name, special := range map[string]bool{
		"NaN": math.IsNaN(v), "Infinity": math.IsInf(v, 1), "-Infinity": math.IsInf(v, -1),
	} {
		if special {
			return json.Marshal(map[string]string{"$float": name})
		}
	}
	return json.Marshal(v)
}

// generic decodes msgpack knowing nothing of frames, into what the vectors' JSON can say.
func generic(t testing.TB, b []byte) any {
	t.Helper()
	var v any
	if err := msgpack.Unmarshal(b, &v); err != nil {
		t.Fatalf("%x: %v", b, err)
	}
	return sayable(v)
}

func sayable(v any) any {
	switch v := v.(type) {
	case []byte:
		return bin(v)
	case float64:
		return float(v)
	case float32:
		return single(v)
	case []any:
		out := make(list, len(v))
		for i := range v {
			out[i] = sayable(v[i])
		}
		return out
	case map[string]any:
		for key := range v {
			v[key] = sayable(v[key])
		}
	}
	return v
}

// sameJSON reports whether two values are the same in JSON, whatever the order of keys.
func sameJSON(t testing.TB, a, b any) bool {
	t.Helper()
	return reflect.DeepEqual(parsed(t, a), parsed(t, b))
}

func parsed(t testing.TB, v any) (out any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(printJSON(t, v)))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// unhex reads hex in which blanks may part what belongs together.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// hexOf is what the code makes of a frame or value.
func hexOf(v any) string { return hex.EncodeToString(protocol.MustEncode(v)) }
