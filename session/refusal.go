package session

// Refusal says why an HTTP request did not become a connection. It indexes [Counters.Handshakes].
type Refusal uint8

// The reasons.
const (
	RefusedOpen      Refusal = iota // its address has as many connections as one may have
	RefusedRate                     // its address shakes hands too often
	RefusedAddresses                // too many other addresses are connected
	RefusedOrigin                   // made by a page of a foreign origin
	RefusedUpgrade                  // no WebSocket handshake, or a broken one
	refusalReasons
)

// String is the reason as a metric label.
func (r Refusal) String() string {
	return [...]string{"address_connections", "address_rate", "addresses", "origin", "upgrade"}[r]
}

// text is what the client is told, for reasons to do with addresses.
func (r Refusal) text() string {
	return [...]string{"too many connections from this address", "too many handshakes from this address", "too many addresses"}[r]
}

// Refusals lists all reasons.
func Refusals() []Refusal { return upTo[Refusal](refusalReasons) }
