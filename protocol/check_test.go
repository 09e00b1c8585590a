package protocol_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestCheckOfAnyFrameCostsNoMemory(t *testing.T) {
	filled := append(unhex("92 02 c5 3f00"), make([]byte, 0x3f00)...)
	lies := [][]byte{filled}
	for _, claim := range []string{"dcffff", "ddffffffff", "deffff", "dfffffffff", "d9ff", "daffff", "dbffffffff", "c4ff", "c5ffff", "c6ffffffff"} {
		lies = append(lies, unhex("92 02"+claim), unhex("92 02"+claim+strings.Repeat("c0", 200)), unhex("92 02 91 81 a161"+claim))
	}
	for _, v := range hostileVectors(t).Frames {
		lies = append(lies, unhex(v.Hex))
	}
	for _, v := range frameVectors(t) {
		lies = append(lies, unhex(v.Hex))
	}
	for _, frame := range lies {
		if n := testing.AllocsPerRun(10, func() { _, _ = protocol.Check(frame, protocol.FromClient) }); n != 0 {
			t.Errorf("%.40x...: %v allocations", frame, n)
		}
	}
}

func TestCheckRefusesEveryFrameThatIsCutOrTrailed(t *testing.T) {
	for _, v := range frameVectors(t) {
		frame := unhex(v.Hex)
		for cut := range frame {
			if _, err := protocol.Check(frame[:cut], boundsOf(v.From)); !errors.Is(err, protocol.ErrMalformed) {
				t.Errorf("%s, cut to %d of %d bytes: %v", v.Name, cut, len(frame), err)
			}
		}
		if _, err := protocol.Check(append(frame, 0xc0), boundsOf(v.From)); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s with a byte behind it: %v", v.Name, err)
		}
	}
}

func TestLimitsOfCheckAreExact(t *testing.T) {
	bounds := protocol.Bounds{Bytes: 300, Depth: 5, Values: 40}
	ofValues := func(n int) []byte { // the frame's array is one of them
		return append([]byte{0xdc, 0, byte(n - 1), 2}, bytes.Repeat([]byte{0xc0}, n-2)...)
	}
	for _, c := range []struct {
		name       string
		good, over []byte
	}{
		{"values", ofValues(40), ofValues(41)},
		{"values, nested", unhex("92 02 dc0025" + strings.Repeat("c0", 37)), unhex("92 02 dc0026" + strings.Repeat("c0", 38))},
		{"values, pairs counted twice", unhex("92 02 de0012" + strings.Repeat("a0c0", 18)), unhex("92 02 de0013" + strings.Repeat("a0c0", 19))},
		{"bytes", append(unhex("92 02 c5 0127"), make([]byte, 295)...), append(unhex("92 02 c5 0128"), make([]byte, 296)...)},
		{"depth of arrays", unhex("92 02 91 91 91 90"), unhex("92 02 91 91 91 91 90")},
		{"depth of maps", unhex("92 02 81a0 81a0 81a0 80"), unhex("92 02 81a0 81a0 81a0 81a0 80")},
		{"2^53", unhex("92 02 cf0020000000000000"), unhex("92 02 cf0020000000000001")},
		{"2^53 signed", unhex("92 02 d30020000000000000"), unhex("92 02 d30020000000000001")},
		{"-2^53", unhex("92 02 d3ffe0000000000000"), unhex("92 02 d3ffdfffffffffffff")},
	} {
		if _, err := protocol.Check(c.good, bounds); err != nil {
			t.Errorf("%s: refused at the limit: %v", c.name, err)
		}
		if _, err := protocol.Check(c.over, bounds); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: beyond the limit: %v", c.name, err)
		}
	}
}

func TestBoundsOfClientsAndServersAreThoseOfTheDocs(t *testing.T) {
	wide := func(n int) []byte { // a frame of n bytes
		return binary.BigEndian.AppendUint32(unhex("92 02 c6"), uint32(n-7))
	}
	for _, c := range []struct {
		bounds protocol.Bounds
		bytes  int
	}{{protocol.FromClient, 16384}, {protocol.FromServer, 4 << 20}} {
		for n, want := range map[int]bool{c.bytes: true, c.bytes + 1: false} {
			frame := append(wide(n), make([]byte, n-7)...)
			if _, err := protocol.Check(frame, c.bounds); (err == nil) != want {
				t.Errorf("%d bytes where %d are allowed: %v", n, c.bytes, err)
			}
		}
		for n, want := range map[int]bool{8: true, 9: false} {
			frame := unhex("92 02" + strings.Repeat("91", n-2) + "90")
			if _, err := protocol.Check(frame, c.bounds); (err == nil) != want {
				t.Errorf("%d levels where 8 are allowed: %v", n, err)
			}
		}
	}
	for n, want := range map[int]bool{4096: true, 4097: false} {
		frame := append(binary.BigEndian.AppendUint16(unhex("92 02 dc"), uint16(n-3)), bytes.Repeat([]byte{0xc0}, n-3)...)
		if _, err := protocol.Check(frame, protocol.FromClient); (err == nil) != want {
			t.Errorf("%d values from a client where 4096 are allowed: %v", n, err)
		}
	}
}

func TestPeekKindAgreesWithCheck(t *testing.T) {
	for head := range 0x100 {
		for kind := range 0x100 {
			for _, frame := range [][]byte{{byte(head), byte(kind)}, {byte(head), byte(kind), 0xc0}, {byte(head), 0, 1, byte(kind)}} {
				peeked, peekErr := protocol.PeekKind(frame)
				checked, checkErr := protocol.Check(frame, protocol.FromClient)
				if checkErr == nil && (peekErr != nil || peeked != checked) {
					t.Errorf("%x: checked as kind %d, peeked %d, %v", frame, checked, peeked, peekErr)
				}
				if peekErr != nil && !errors.Is(peekErr, protocol.ErrMalformed) {
					t.Errorf("%x: %v", frame, peekErr)
				}
			}
		}
	}
	for _, v := range frameVectors(t) {
		frame := unhex(v.Hex)
		if kind, err := protocol.PeekKind(frame[:min(4, len(frame))]); err != nil || int(kind) != v.Value[0].(int) {
			t.Errorf("%s: peeked %d, %v from its first bytes", v.Name, kind, err)
		}
	}
}
