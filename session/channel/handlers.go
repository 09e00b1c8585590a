package channel

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/deltatick/deltatick/protocol"
)

// Handler does what a client has asked for, or said. The reply is nil, or anything that msgpack encodes to a map; of an event, there is none.
// A [*protocol.Error] goes to the client as it is; any other error is logged, as a panic is, and told as "internal". It is called as the methods
// of a session.Handler are: for one session one at a time, for different ones at once; and it should not block for long.
type Handler func(c *Call) (reply any, err error)

// On has a channel answer requests of a name. P is a struct, read from the payload as [protocol.PayloadPlan] tells, so that handle never sees a
// payload with a field missing or of the wrong type; R is what msgpack encodes to a map. Errors are as those of a [Handler].
func On[P, R any](ch *Channel, name string, handle func(*Call, P) (R, error)) {
	read := reader[P](ch, name)
	if r := reflect.TypeFor[R](); !isReply(r) {
		ch.wrong(fmt.Errorf("request %s: its reply, %s, is no map", name, r))
	}
	ch.register(ch.requests, name, func(c *Call) (any, error) {
		p, err := read(c)
		if err != nil {
			return nil, err
		}
		return handle(c, p)
	})
}

// OnEvent has a channel take events of a name that clients send. P is as that of [On]. An error that is a [*protocol.Error] is told in a notice.
func OnEvent[P any](ch *Channel, name string, handle func(*Call, P) error) {
	read := reader[P](ch, name)
	ch.register(ch.events, name, func(c *Call) (any, error) {
		p, err := read(c)
		if err != nil {
			return nil, err
		}
		return nil, handle(c, p)
	})
}

// Fallback has a channel give the requests of all other names to a handler that reads them by itself. There is one for a channel at most.
func (ch *Channel) Fallback(handle Handler) {
	ch.mustBeNew("a fallback")
	if ch.fallback != nil {
		ch.wrong(errors.New("a second fallback"))
	}
	ch.fallback = handle
}

// reader reads payloads into a P.
func reader[P any](ch *Channel, name string) func(*Call) (P, error) {
	plan, err := protocol.PayloadPlanOf(reflect.TypeFor[P]())
	if err != nil {
		ch.wrong(fmt.Errorf("handler %s: %w", name, err))
	}
	return func(c *Call) (p P, err error) {
		if err = plan.Decode(c.payload, &p); err != nil {
			ch.counters.drop(DropPayload)
		}
		return p, err
	}
}

func (ch *Channel) register(handlers map[string]Handler, name string, handle Handler) {
	ch.mustBeNew(name)
	switch {
	case !protocol.ValidIdent(name):
		ch.wrong(fmt.Errorf("handler %q: the name is no identifier", name))
	case handlers[name] != nil:
		ch.wrong(fmt.Errorf("handler %s: there is another one", name))
	}
	handlers[name] = handle
}

// mustBeNew panics for a handler that comes too late to be known to all goroutines: nobody could be told by an error.
func (ch *Channel) mustBeNew(what string) {
	if ch.set != nil {
		panic(fmt.Sprintf("channel %s: %s registered after the channel was put into a set", ch.name, what))
	}
}

// isReply says whether a type can be encoded to a map, or to nil.
func isReply(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Interface:
		return true
	case reflect.Map:
		return t.Key().Kind() == reflect.String
	}
	return t == reflect.TypeFor[protocol.Raw]()
}
