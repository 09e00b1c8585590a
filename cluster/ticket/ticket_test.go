package ticket_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster/ticket"
)

var secret = []byte("the service's secret")

// office is an issuer and an inspector with one clock.
type office struct {
	*testing.T
	*ticket.Issuer
	*ticket.Inspector
	now time.Time
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, now: time.Unix(1_800_000_000, 0)}
	clock := func() time.Time { return o.now }
	var errs [2]error
	o.Issuer, errs[0] = ticket.NewIssuer(ticket.IssuerConfig{Secret: secret, Now: clock})
	o.Inspector, errs[1] = ticket.NewInspector(ticket.InspectorConfig{Secret: secret, Now: clock})
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) issue(k ticket.Ticket) string {
	o.Helper()
	text, err := o.Issue(k)
	if err != nil {
		o.Fatal(err)
	}
	return text
}

func (o *office) shows(text string, want error) {
	o.Helper()
	if _, err := o.Inspect(text); !errors.Is(err, want) {
		o.Fatalf("%v, want %v", err, want)
	}
}

var one = ticket.Ticket{Match: "m-1", Seat: 3, User: "ada", Name: "Ada L.", Epoch: 7}

func TestTicketSaysWhatItWasIssuedFor(t *testing.T) {
	o := open(t)
	long := strings.Repeat("é", ticket.MaxName/2)
	for _, k := range []ticket.Ticket{one, {Match: "m", User: "u"}, {Match: long, User: long, Name: long, Seat: 65535, Epoch: 1<<32 - 1}} {
		if got, err := o.Inspect(o.issue(k)); err != nil || got != k {
			t.Errorf("%+v, %v, want %+v", got, err, k)
		}
	}
}

func TestTicketIsGoodOnce(t *testing.T) {
	o := open(t)
	first, second := o.issue(one), o.issue(one)
	o.shows(first, nil)
	o.shows(first, ticket.ErrUsed)
	o.shows(second, nil)
	for range 100 { // as long as it could be shown at all
		o.now = o.now.Add(ticket.Life / 50)
		if _, err := o.Inspect(first); err == nil {
			t.Fatal("taken twice")
		}
		o.shows(o.issue(one), nil)
	}
}

func TestTicketIsGoodForItsLifeAndTheSkewOfClocks(t *testing.T) {
	o := open(t)
	begun := o.now
	text, other := o.issue(one), o.issue(one)
	o.now = begun.Add(ticket.Life + ticket.Skew - time.Millisecond)
	o.shows(text, nil)
	o.now = begun.Add(ticket.Life + ticket.Skew)
	o.shows(other, ticket.ErrLate)

	o.now = begun
	early := o.issue(one)
	o.now = begun.Add(-ticket.Skew)
	o.shows(early, nil)
	early = o.issue(one)
	o.now = o.now.Add(-ticket.Skew - time.Millisecond)
	o.shows(early, ticket.ErrWrong)
}

func TestTicketWithAnyByteChangedIsWrong(t *testing.T) {
	o := open(t)
	text := o.issue(one)
	for i := range len(text) {
		for _, c := range []byte("A9_") {
			if text[i] != c {
				o.shows(text[:i]+string(c)+text[i+1:], ticket.ErrWrong)
			}
		}
	}
	for _, broken := range []string{"", text[1:], text[:len(text)-1], text + "A", text + "\n", strings.Repeat("A", 5000)} {
		o.shows(broken, ticket.ErrWrong)
	}
	foreign, err := ticket.NewIssuer(ticket.IssuerConfig{Secret: []byte("another service's secret")})
	if err != nil {
		t.Fatal(err)
	}
	if text, err = foreign.Issue(one); err != nil {
		t.Fatal(err)
	}
	o.shows(text, ticket.ErrWrong)
}

func TestWhatIsRememberedOfTicketsIsForgotten(t *testing.T) {
	o := open(t)
	for range 1000 {
		o.shows(o.issue(one), nil)
	}
	if n := o.Remembered(); n != 1000 {
		t.Fatalf("remembers %d", n)
	}
	o.now = o.now.Add(time.Hour)
	o.shows(o.issue(one), nil)
	if n := o.Remembered(); n != 1 {
		t.Errorf("remembers %d an hour later", n)
	}
}

func TestTicketsNeedNamesThatFitAndASecret(t *testing.T) {
	o := open(t)
	for _, k := range []ticket.Ticket{{User: "u"}, {Match: "m"}, {Match: "m", User: strings.Repeat("u", ticket.MaxName+1)}} {
		if _, err := o.Issue(k); err == nil {
			t.Errorf("issues %+v", k)
		}
	}
	if _, err := ticket.NewIssuer(ticket.IssuerConfig{Secret: []byte("short")}); err == nil {
		t.Error("issues with a short secret")
	}
	if _, err := ticket.NewInspector(ticket.InspectorConfig{}); err == nil {
		t.Error("inspects without a secret")
	}
}
