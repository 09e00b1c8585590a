package protocol

// What a server reads from clients. Each method expects a frame that [Check] has passed and whose kind is the method's; errors
// wrap [ErrMalformed].

// Hello reads a hello. At most 8 codecs and 4 auth strings of 4,096 bytes are taken.
func (r *Reader) Hello(frame []byte) (Hello, error) {
	r.open(frame, KindHello)
	h := Hello{Kind: KindHello, Version: r.u32(), Client: r.str(MaxIdentBytes)}
	h.Codecs = r.strings(8, MaxIdentBytes)
	h.Auth = r.strings(MaxAuthStrings, MaxHelloFrame)
	if !r.null() {
		if n := r.array(); n < 2 && r.err == nil {
			r.fail("resume with %d elements, needs 2", n)
		}
		h.Resume = &Resume{Token: r.str(MaxTokenBytes), Seq: r.u32()}
	}
	return h, r.err
}

func (r *Reader) strings(max, maxBytes int) []string {
	n := r.array()
	if n > max {
		r.fail("%d strings, at most %d", n, max)
	}
	var list []string
	for i := 0; i < n && r.err == nil; i++ {
		list = append(list, r.str(maxBytes))
	}
	return list
}

// Request reads a request, whose last two elements may be missing. Its payload is a copy, good beyond the frame.
func (r *Reader) Request(frame []byte) (Request, error) {
	n := r.open(frame, KindRequest)
	q := Request{Kind: KindRequest, ID: r.u32(), Channel: r.str(MaxIdentBytes), Name: r.str(MaxIdentBytes), Payload: r.raw()}
	r.idents(q.Channel, q.Name)
	if n > minElements[KindRequest] {
		q.Once = r.boolean()
	}
	if n > minElements[KindRequest]+1 {
		q.Within = r.u32()
	}
	return q, r.err
}

func (r *Reader) idents(channel, name string) {
	if r.err == nil && (!ValidIdent(channel) || !ValidIdent(name)) {
		r.fail("invalid channel or name")
	}
}

// Send reads a client's event. Its payload is a copy, good beyond the frame.
func (r *Reader) Send(frame []byte) (Send, error) {
	r.open(frame, KindSend)
	e := Send{Kind: KindSend, Seq: r.u32(), Channel: r.str(MaxIdentBytes), Name: r.str(MaxIdentBytes), Payload: r.raw()}
	r.idents(e.Channel, e.Name)
	return e, r.err
}

// Answer reads an answer. Its payload is a copy, good beyond the frame.
func (r *Reader) Answer(frame []byte) (Answer, error) {
	r.open(frame, KindAnswer)
	a := Answer{Kind: KindAnswer, ID: r.u32(), Error: r.refusal(), Payload: r.raw()}
	return a, r.err
}

// InputHead is an input frame without its values.
type InputHead struct {
	Epoch uint32
	Tick  uint32 // the tick the input is for
	Ack   uint32 // newest snapshot applied, 0 for none
	Seen  uint32 // tick that was shown to the player, 0 where it is not said
}

// Input reads an input frame, which alone of all need not have passed [Check]: it is asked here where that is needed. The quanta go into
// values, whose length says how many there must be; their ranges are for the owner of the schema to check ([Field.Holds]).
func (r *Reader) Input(frame []byte, values []int32) (InputHead, error) {
	if head, ok := scanInput(frame, values); ok {
		return head, nil
	}
	if _, err := Check(frame, FromClient); err != nil {
		return InputHead{}, err
	}
	return r.inputByLibrary(frame, values)
}

func (r *Reader) inputByLibrary(frame []byte, values []int32) (InputHead, error) {
	n := r.open(frame, KindInput)
	head := InputHead{Epoch: r.u32(), Tick: r.u32(), Ack: r.u32()}
	if n := r.array(); n != len(values) {
		r.fail("%d input values, the schema has %d", n, len(values))
	}
	for i := range values {
		values[i] = r.quantum()
	}
	if n > minElements[KindInput] {
		head.Seen = r.u32()
	}
	return head, r.err
}

// Ack reads an acknowledgement.
func (r *Reader) Ack(frame []byte) (Ack, error) {
	r.open(frame, KindAck)
	a := Ack{Kind: KindAck, Epoch: r.u32(), Tick: r.u32()}
	return a, r.err
}

// Ping reads a ping.
func (r *Reader) Ping(frame []byte) (Ping, error) {
	r.open(frame, KindPing)
	p := Ping{Kind: KindPing, Time: r.time(), Seq: r.u32()}
	return p, r.err
}

// Resync reads a resync.
func (r *Reader) Resync(frame []byte) (Resync, error) {
	r.open(frame, KindResync)
	q := Resync{Kind: KindResync, Epoch: r.u32(), Reason: r.u32()}
	return q, r.err
}

// Bye reads a bye.
func (r *Reader) Bye(frame []byte) (Bye, error) {
	r.open(frame, KindBye)
	return Bye{Kind: KindBye}, r.err
}
