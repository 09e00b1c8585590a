package conformance

import "github.com/deltatick/deltatick/protocol"

// testChannel is the channel by which a server lets the suite see what became of what was sent to it (docs/conformance.md).
const testChannel = "conformance"

// tester is a guest who has the test channel open. The case is skipped if the server has none.
func (t *T) tester() *peer {
	p := t.guest()
	_, refusal := p.ask(protocol.ChannelSession, "open", object{"channel": testChannel})
	if refusal != nil && refusal.Code == protocol.CodeNotFound {
		t.skip("the server does not offer the channel " + testChannel)
	}
	t.check(refusal == nil, "the channel %s was not opened: %v", testChannel, refusal)
	return p
}

// event frames of a client's, under a number.
func numbered(seq uint32, channel, name string, payload any) *protocol.Send {
	return &protocol.Send{Kind: protocol.KindSend, Seq: seq, Channel: channel, Name: name, Payload: encoded(payload)}
}

// mark is the event number n, which says so in its payload too.
func mark(n uint32) *protocol.Send { return numbered(n, testChannel, "mark", object{"n": n}) }

// say sends an event under the next number.
func (p *peer) say(channel, name string, payload any) {
	p.said++
	p.send(numbered(p.said, channel, name, payload))
}

// marks sends the events with the numbers first to last, which are in their payloads too.
func (p *peer) marks(first, last uint32) {
	for n := first; n <= last; n++ {
		p.send(mark(n))
	}
	p.said = max(p.said, last)
}

// heard expects that the server has handled the marks 1 to n, each once and in order.
func (p *peer) heard(n uint32) {
	numbers := p.marked()
	p.t.check(len(numbers) == int(n), "%d events were handled of %d: %v", len(numbers), n, numbers)
	for i, number := range numbers {
		p.t.check(number == int64(i+1), "event %d was handled as number %d: %v", number, i+1, numbers)
	}
}

// marked are the marks that the server has handled, in its order.
func (p *peer) marked() (numbers []int64) {
	reply := p.got(testChannel, "count", nil)
	list, _ := reply["numbers"].([]any)
	for _, n := range list {
		numbers = append(numbers, number(n))
	}
	p.t.check(number(reply["count"]) == int64(len(numbers)), "%v events were handled, and %d told", reply["count"], len(numbers))
	return numbers
}

// taken expects that the server says, in a pong, that it has handled the events up to a number.
func (p *peer) taken(want uint32) {
	got := p.ping(p.seq).Taken
	p.t.check(got == want, "events up to %d are taken, want %d", got, want)
}

// notice waits for the notice about an event of the client's that was refused, and checks what it is about.
func (p *peer) notice(code, channel, name, field string) {
	notice := p.event(protocol.ChannelSession, "notice")
	told := func(key string) string {
		text, _ := notice[key].(string)
		return text
	}
	p.t.check(told("code") == code && told("channel") == channel && told("name") == name, "notice %v; want %s about %s %s", notice, code, channel, name)
	p.t.check(told("field") == field, "notice %v; want field %q", notice, field)
}
