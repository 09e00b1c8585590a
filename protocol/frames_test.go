package protocol_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestDecodeFrameRefusesAnotherKindThanItsTarget(t *testing.T) {
	for _, v := range frameVectors(t) {
		kind := protocol.Kind(v.Value[0].(int))
		for other := protocol.KindHello; other <= protocol.KindUploadProgress; other++ {
			into := newFrame(other)
			if into == nil || other == kind {
				continue
			}
			if err := protocol.DecodeFrame(unhex(v.Hex), into); !errors.Is(err, protocol.ErrMalformed) {
				t.Errorf("%s read as %s: %v", v.Name, other, err)
			}
		}
	}
	if err := protocol.DecodeFrame(unhex("91 07"), &struct{}{}); err == nil {
		t.Error("a bye was decoded into something that is not a frame")
	}
}

func TestPayloadsOutliveTheirFrame(t *testing.T) {
	r := protocol.NewReader()
	request := protocol.MustEncode(list{2, 1, "lobby", "ready", object{{"ready", true}}})
	event := protocol.MustEncode(list{18, 1, "lobby", "ready", object{{"ready", true}}, 0})
	reply := protocol.MustEncode(list{17, 1, nil, object{{"ready", true}}})
	q, err1 := r.Request(request)
	e, err2 := r.Event(event)
	p, err3 := r.Reply(reply)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	for _, frame := range [][]byte{request, event, reply} {
		clear(frame)
	}
	for _, payload := range []protocol.Raw{q.Payload, e.Payload, p.Payload} {
		var got struct {
			Ready bool `msgpack:"ready"`
		}
		if err := protocol.Decode(payload, &got); err != nil || !got.Ready {
			t.Errorf("payload %x: %v", payload, err)
		}
	}
}

func TestEmptyListsAreArraysOnTheWire(t *testing.T) {
	hello := generic(t, protocol.MustEncode(&protocol.Hello{Kind: protocol.KindHello}))
	if want := (list{1, 0, "", list{}, list{}, nil}); !sameJSON(t, hello, want) {
		t.Errorf("an empty hello is %s", printJSON(t, hello))
	}
	enter := protocol.Enter{Kind: protocol.KindEnter, Tables: protocol.Schema{{Name: "a"}}}
	if got := generic(t, protocol.MustEncode(&enter)).(list)[8:]; !sameJSON(t, got, list{list{list{"a", list{}}}, list{}}) {
		t.Errorf("a table without fields and an input without fields are %s", printJSON(t, got))
	}
	if enter.Inputs != nil {
		t.Error("encoding changed what was encoded")
	}
}

func TestEncodeSharesNothingWithTheNextCall(t *testing.T) {
	first := protocol.MustEncode(list{4, 1, 2})
	kept := bytes.Clone(first)
	for range 4 {
		protocol.MustEncode(list{4, 100, 200})
	}
	if !slices.Equal(first, kept) {
		t.Errorf("%x became %x", kept, first)
	}
}

func TestEncodeRefusesWhatMsgpackHasNoFormFor(t *testing.T) {
	if _, err := protocol.Encode(map[string]any{"c": make(chan int)}); err == nil {
		t.Error("a channel was encoded")
	}
	if got := protocol.MustEncode(list{4, 1, 2}); !bytes.Equal(got, unhex("93 04 01 02")) {
		t.Errorf("after a failed encoding, an ack is %x", got)
	}
	if b, err := protocol.Encode(nil); err != nil || !bytes.Equal(b, unhex("c0")) {
		t.Errorf("nil is %x, %v", b, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustEncode of a channel returned")
		}
	}()
	protocol.MustEncode(make(chan int))
}

func TestDecodeSkipsUnknownKeysAndRefusesOtherTypes(t *testing.T) {
	var into struct {
		ID   string `msgpack:"id"`
		Wait uint8  `msgpack:"wait"`
	}
	good := protocol.MustEncode(object{{"more", list{object{{"x", 1}}}}, {"id", "l1"}, {"later", nil}})
	if err := protocol.Decode(good, &into); err != nil || into.ID != "l1" {
		t.Errorf("%+v, %v", into, err)
	}
	if err := protocol.Decode(protocol.MustEncode(object{{"id", 5}}), &into); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("a number for a string: %v", err)
	}
}
