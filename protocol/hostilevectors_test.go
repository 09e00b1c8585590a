package protocol_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// hostileFile is what must be refused, by how far it gets.
type hostileFile struct {
	Frames   []hostileFrame `json:"frames"`   // structure that nothing may be decoded from
	Contents []hostileFrame `json:"contents"` // good structure, but not what a frame of its kind holds
	Enter    string         `json:"enter"`    // the frame that brings the schema of the bodies, in hex
	Bodies   []hostileBody  `json:"bodies"`   // good structure, but not what fits the schema and the world
}

type hostileFrame struct {
	Name   string `json:"name"`
	From   string `json:"from"` // "client" or "server"; "both" where the sender does not matter
	Kind   string `json:"kind,omitempty"`
	Hex    string `json:"hex"`
	Reason string `json:"reason"`
}

type hostileBody struct {
	Name   string `json:"name"`
	Base   string `json:"base,omitempty"` // the keyframe's body that makes the baseline, in hex; absent when this is a keyframe itself
	Hex    string `json:"hex"`
	Reason string `json:"reason"`

	base *protocol.Snapshot
}

// hostileVectors says of each case why the code refuses it; "" when it does not.
func hostileVectors(t testing.TB) hostileFile {
	f := hostileFile{
		Frames: hostileFrames(), Contents: hostileContents(), Bodies: hostileBodies(t),
		Enter: hexOf(protocol.Enter{Kind: protocol.KindEnter, Epoch: 1, TickRate: 60, HashEvery: 1, Tables: hostileSchemaOfBodies}),
	}
	for i := range f.Frames {
		v := &f.Frames[i]
		v.Hex = strings.ReplaceAll(v.Hex, " ", "")
		_, err := protocol.Check(unhex(v.Hex), protocol.FromClient)
		v.Reason = reason(t, err)
	}
	r := protocol.NewReader()
	for i := range f.Contents {
		v := &f.Contents[i]
		kind, err := protocol.Check(unhex(v.Hex), boundsOf(v.From))
		if err != nil {
			t.Errorf("%s: the check refuses it already: %v", v.Name, err)
		}
		v.Reason = reason(t, readFrame(r, kind, unhex(v.Hex)))
	}
	for i := range f.Bodies {
		v := &f.Bodies[i]
		if _, err := protocol.Check(bodyFrame(unhex(v.Hex)), protocol.FromServer); err != nil {
			t.Errorf("%s: the check refuses it already: %v", v.Name, err)
		}
		_, err := r.Apply(hostileSchemaOfBodies, v.base, 10, unhex(v.Hex))
		v.Reason = reason(t, err)
	}
	return f
}

func reason(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	if !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("%v does not wrap ErrMalformed", err)
	}
	return strings.ReplaceAll(err.Error(), "malformed: ", "")
}

func boundsOf(from string) protocol.Bounds {
	if from == "server" {
		return protocol.FromServer
	}
	return protocol.FromClient
}

// readFrame reads a checked frame of any kind.
func readFrame(r *protocol.Reader, kind protocol.Kind, frame []byte) error {
	switch kind {
	case protocol.KindInput:
		_, err := r.Input(frame, make([]int32, 1))
		return err
	case protocol.KindSnapshot:
		_, _, err := r.Snapshot(frame)
		return err
	default:
		return protocol.DecodeFrame(frame, newFrame(kind))
	}
}

func TestHostileVectorsAreAllRefused(t *testing.T) {
	f := hostileVectors(t)
	for _, v := range append(f.Frames, f.Contents...) {
		if v.Reason == "" {
			t.Errorf("%s was taken", v.Name)
		}
	}
	for _, v := range f.Bodies {
		if v.Reason == "" {
			t.Errorf("%s was taken", v.Name)
		}
	}
}

func TestFramesThatNeitherSideMayTakeAreRefusedInBothDirections(t *testing.T) {
	for _, v := range hostileVectors(t).Frames {
		_, err := protocol.Check(unhex(v.Hex), protocol.FromServer)
		if v.From == "both" && err == nil {
			t.Errorf("%s was taken from a server", v.Name)
		}
	}
}

func TestRefusedBodyLeavesTheBaselineAsItWas(t *testing.T) {
	before := build(t, hostileSchemaOfBodies, hostileBase)
	for _, v := range hostileBodies(t) {
		if got, err := protocol.NewReader().Apply(hostileSchemaOfBodies, v.base, 10, unhex(v.Hex)); err != nil && got != nil {
			t.Errorf("%s: an error and a world", v.Name)
		}
		if v.base == nil {
			continue
		}
		if diff := diffWorlds(before, v.base); diff != "" {
			t.Errorf("%s changed the baseline: (-want +got)\n%s", v.Name, diff)
		}
	}
}

// The body's bytes are cut out of a frame whose end is known; a caller that hands over more has lost its place.
func TestBytesAfterABodyAreRefused(t *testing.T) {
	for _, v := range snapshotVectors(t) {
		for _, b := range v.Bodies[:1] {
			body := append(unhex(b.Hex), 0xc0)
			if _, err := protocol.NewReader().Apply(v.schema, nil, b.Tick, body); !errors.Is(err, protocol.ErrMalformed) {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
	}
}
