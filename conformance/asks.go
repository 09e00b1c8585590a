package conformance

import (
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

// provoke has the server ask something, and returns the ask.
func (p *peer) provoke(text string, within any) protocol.Ask {
	payload := object{"text": text}
	if within != nil {
		payload["within"] = within
	}
	p.got(testChannel, "ask", payload)
	return p.asksOf(1)[0]
}

// asksOf waits for so many asks.
func (p *peer) asksOf(n int) (asks []protocol.Ask) {
	for range n {
		p.await("ask", func(a arrival) bool {
			if a.kind != protocol.KindAsk {
				return false
			}
			q, err := p.decoder().Ask(a.frame)
			p.t.must(err, "ask")
			asks = append(asks, q)
			return true
		})
	}
	return asks
}

// about is the text that an ask came with.
func (p *peer) about(q protocol.Ask) string {
	var asked object
	p.t.must(protocol.Decode(q.Payload, &asked), "payload of an ask")
	text, _ := asked["text"].(string)
	return text
}

// answer answers an ask with a text, or refuses it.
func (p *peer) answer(id uint32, text string, refusal *protocol.Error) {
	a := &protocol.Answer{Kind: protocol.KindAnswer, ID: id, Error: refusal, Payload: encoded(nil)}
	if refusal == nil {
		a.Payload = encoded(object{"text": text})
	}
	p.send(a)
}

// outcome waits for what came of an ask.
func (p *peer) outcome(asked string) (text, code string) {
	end := p.eventThat(testChannel, "answered", func(e object) bool { return e["asked"] == asked })
	text, _ = end["text"].(string)
	code, _ = end["code"].(string)
	return text, code
}

// ended expects that an ask has ended with a code.
func (p *peer) ended(asked, want string) {
	_, code := p.outcome(asked)
	p.t.check(code == want, "the ask ended with %q, want %q", code, want)
}

// askCases are about what the server asks.
func askCases() []Case {
	return []Case{
		{"ask/its answer comes to who asked", 0, func(t *T) {
			p := t.tester()
			q := p.provoke("why", nil)
			t.check(q.ID != 0 && q.Channel == testChannel && q.Name == "question" && p.about(q) == "why", "asked %+v", q)
			p.answer(q.ID, "therefore", nil)
			text, code := p.outcome("why")
			t.check(text == "therefore" && code == "", "it ended with %q and %q", text, code)
		}},
		{"ask/it says for how long the answer is of use, 5 s at most", 0, func(t *T) {
			p := t.tester()
			q := p.provoke("a", nil)
			t.check(q.Within >= 1 && q.Within <= 5000, "within %d ms", q.Within)
			q = p.provoke("b", 1000)
			t.check(q.Within >= 1 && q.Within <= 1000, "within %d ms", q.Within)
			q = p.provoke("c", 3_600_000)
			t.check(q.Within >= 1 && q.Within <= 5000, "within %d ms", q.Within)
		}},
		{"ask/it is refused with a code", 0, func(t *T) {
			p := t.tester()
			p.answer(p.provoke("why", nil).ID, "", protocol.Refuse(protocol.CodeUnknownRequest, "never heard of it"))
			p.ended("why", protocol.CodeUnknownRequest)
		}},
		{"ask/several at once get each its own answer, in any order", 0, func(t *T) {
			p := t.tester()
			for _, text := range []string{"a", "b", "c"} {
				p.got(testChannel, "ask", object{"text": text})
			}
			asks := p.asksOf(3)
			ids := map[uint32]bool{}
			for i := range asks {
				q := asks[len(asks)-1-i]
				ids[q.ID] = true
				p.answer(q.ID, "to "+p.about(q), nil)
			}
			t.check(len(ids) == 3, "asks share an id")
			for range 3 {
				e := p.event(testChannel, "answered")
				t.check(e["text"] == fmt.Sprint("to ", e["asked"]), "answered %v", e)
			}
		}},
		{"ask/one that is not answered in time fails, and a late answer is dropped", 0, func(t *T) {
			p := t.tester()
			q := p.provoke("why", 300)
			p.ended("why", protocol.CodeTooLate)
			p.answer(q.ID, "too late", nil)
			p.lives()
		}},
		{"ask/a second answer is dropped", 0, func(t *T) {
			p := t.tester()
			q := p.provoke("why", nil)
			p.answer(q.ID, "first", nil)
			p.answer(q.ID, "second", nil)
			text, _ := p.outcome("why")
			t.check(text == "first", "it ended with %q", text)
			p.lives()
			t.check(len(p.kept) == 0, "more came of it")
		}},
		{"ask/it fails when the connection drops, and is not asked again after a resume", 0, func(t *T) {
			p := t.tester()
			p.provoke("why", nil)
			p.wire.cut()
			q := t.resume(p)
			q.ended("why", "away")
			q.lives()
			t.check(len(q.kept) == 0, "after the resume came a %v", q.kindOfKept())
		}},
		{"ask/an answer over another connection is dropped", 0, func(t *T) {
			p := t.tester()
			asked := p.provoke("why", nil)
			q := t.resume(p)
			p.closed(protocol.CloseDisplaced)
			q.answer(asked.ID, "from elsewhere", nil)
			text, code := q.outcome("why")
			t.check(text == "" && code == "away", "it ended with %q and %q", text, code)
		}},
		{"ask/an answer to nothing is dropped", 0, func(t *T) {
			p := t.guest()
			p.answer(4711, "who asked?", nil)
			p.lives()
		}},
		{"ask/answers to nothing beyond all measure close as flooding", 0, func(t *T) {
			p := t.guest()
			p.burst(600, func(i int) any { return []any{protocol.KindAnswer, i + 1, nil, nil} })
			p.closed(protocol.CloseFlooding)
		}},
		{"ask/at most 32 wait for an answer", 0, func(t *T) {
			p := t.tester()
			p.burst(33, func(i int) any { return p.request(testChannel, "ask", object{"text": fmt.Sprint(i)}) })
			asks := p.asksOf(32)
			end := p.event(testChannel, "answered") // of whichever came last
			t.check(end["code"] == protocol.CodeFull, "one more than 32 ended as %v, want %q", end, protocol.CodeFull)
			p.answer(asks[0].ID, "", nil)
			p.ended(p.about(asks[0]), "")
			p.provoke("now there is room", nil)
		}},
		{"ask/an answer without its payload is malformed", 0, func(t *T) { t.guest().breaks([]any{protocol.KindAnswer, 1, nil}) }},
		{"ask/an answer with half an error is malformed", 0, func(t *T) {
			t.guest().breaks([]any{protocol.KindAnswer, 1, []any{"forbidden"}, nil})
		}},
	}
}

// kindOfKept is what kind of frame came that nobody has looked for.
func (p *peer) kindOfKept() protocol.Kind {
	if len(p.kept) == 0 {
		return 0
	}
	return p.kept[0].kind
}
