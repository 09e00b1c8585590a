package protocol

import (
	"fmt"
	"time"
)

// CloseCode is a WebSocket close code with a meaning in deltatick. 4000-4499 tell the client to come back, 4500-4999 not to.
type CloseCode uint16

// The table of docs/PROTOCOL.md, section 8.
const (
	CloseNormal        CloseCode = 1000
	CloseGoingAway     CloseCode = 4000
	CloseSlow          CloseCode = 4001
	CloseSilent        CloseCode = 4002
	CloseBusy          CloseCode = 4003
	CloseInternal      CloseCode = 4004
	CloseMoved         CloseCode = 4005
	CloseTicketLate    CloseCode = 4006
	CloseHandedOver    CloseCode = 4007
	CloseMissed        CloseCode = 4008
	CloseAuthExpired   CloseCode = 4400
	CloseDisplaced     CloseCode = 4500
	CloseResumeRefused CloseCode = 4501
	CloseResumeExpired CloseCode = 4502
	CloseNoHello       CloseCode = 4503
	CloseMalformed     CloseCode = 4504
	CloseTooBig        CloseCode = 4505
	CloseFlooding      CloseCode = 4506
	CloseVersion       CloseCode = 4507
	CloseUnauthorized  CloseCode = 4508
	CloseKicked        CloseCode = 4509
	CloseTicketRefused CloseCode = 4510
)

type closeMeaning struct {
	name string
	text string
	wait time.Duration
}

var closeTable = map[CloseCode]closeMeaning{
	CloseNormal:        {"normal", "bye", 0},
	CloseGoingAway:     {"going-away", "the server is shutting down or draining", time.Second},
	CloseSlow:          {"slow", "the queue overflowed or snapshots went unacknowledged", 0},
	CloseSilent:        {"silent", "nothing was heard", 0},
	CloseBusy:          {"busy", "the server has no room", 5 * time.Second},
	CloseInternal:      {"internal", "a fault of the server", time.Second},
	CloseMoved:         {"moved", "it goes on at another node", 0},
	CloseTicketLate:    {"ticket-late", "the seat ticket has expired", 0},
	CloseHandedOver:    {"handed-over", "another node goes on with the session", 0},
	CloseMissed:        {"missed", "events are lost, as the next welcome says", 0},
	CloseAuthExpired:   {"auth-expired", "the credentials have expired", 0},
	CloseDisplaced:     {"displaced", "another connection resumed this session", 0},
	CloseResumeRefused: {"resume-refused", "the token is spent, foreign or broken", 0},
	CloseResumeExpired: {"resume-expired", "the session is gone and its seat is free", 0},
	CloseNoHello:       {"no-hello", "no hello, too late, or not first", 0},
	CloseMalformed:     {"malformed", "a frame broke the rules", 0},
	CloseTooBig:        {"too-big", "a frame was over the limit", 0},
	CloseFlooding:      {"flooding", "persistently over a rate limit", 0},
	CloseVersion:       {"version", "protocol version not supported", 0},
	CloseUnauthorized:  {"unauthorized", "the credentials were refused", 0},
	CloseKicked:        {"kicked", "the session was ended by the server", 0},
	CloseTicketRefused: {"ticket-refused", "the seat ticket is wrong, or was used before", 0},
}

// CloseCodes lists every code of the table, for metrics that want all labels from the start.
func CloseCodes() []CloseCode {
	codes := make([]CloseCode, 0, len(closeTable))
	for code := range closeTable {
		codes = append(codes, code)
	}
	return codes
}

// Name is the code's short name, such as "slow", or its number when the table does not have it.
func (c CloseCode) Name() string {
	if m, ok := closeTable[c]; ok {
		return m.name
	}
	return fmt.Sprintf("%d", uint16(c))
}

// Text is what goes into the close frame for a person to read; at most 123 bytes, as RFC 6455 section 5.5 demands.
func (c CloseCode) Text() string { return closeTable[c].text }

// ComesBack reports whether a client that is closed with this code resumes by itself. Codes outside 4500-4999 come from
// intermediaries or broken sockets and mean "come back", except a normal close.
func (c CloseCode) ComesBack() bool {
	return c != CloseNormal && (c < 4500 || c > 4999)
}

// Wait is the upper bound of the random time that a client waits before its first dial after this code.
func (c CloseCode) Wait() time.Duration { return closeTable[c].wait }

// Closed is the error of a connection that ended with a code. Both sides wrap it, so errors.As finds the code.
type Closed struct {
	Code CloseCode
	Text string
}

// Error names the code and the peer's words.
func (c *Closed) Error() string {
	return fmt.Sprintf("closed with %d %s: %s", uint16(c.Code), c.Code.Name(), c.Text)
}
