package simulator_test

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// faults is how a house can serve badly. The zero value serves well.
type faults struct {
	noEnter      bool               // who joins a match never enters it
	noLobbies    bool               // nothing can be created
	wrongHash    bool               // one snapshot's hash is wrong
	otherSeat    bool               // who comes back gets another seat
	noReturn     bool               // who comes back does not enter
	halfRate     bool               // every other snapshot is left out
	eventTwice   bool               // who comes back gets the last event again
	eventMissing bool               // one event is left out
	garbage      bool               // one frame is no msgpack
	closeWith    protocol.CloseCode // one bot's socket is closed so
	exitWith     string             // one bot's seat is over so
	endAfter     uint32             // the match ends at this tick, well

	overfull    bool          // a lobby takes one player more than it has places for
	sharedSeat  bool          // who joins a match gets the seat of its first player
	twinMembers bool          // two members of a lobby state have one seat
	tickTwice   bool          // one snapshot is sent again
	wrongBase   bool          // one snapshot names a baseline that was not sent before it
	epochBack   bool          // who comes back enters an older epoch
	chatMissing bool          // one message is heard by its speaker alone
	chatTwice   bool          // one message is heard twice, as two events
	chatSilent  bool          // from the third on, messages are confirmed and nobody hears them
	callMissing bool          // one event of a guest's own is left out
	callTwice   bool          // one is handled twice
	callSilent  bool          // from the third on, they are acknowledged and nobody hears them
	callAgain   bool          // those that come again after a resume are handled again
	hides       bool          // no fault: ships see none but themselves
	shown       bool          // of which nothing is to be seen
	twoTabs     bool          // a connection whose session another one has taken up stays open
	stranger    bool          // who takes a session up is given another one's name
	lostSeat    bool          // who joins gets the seat of one who is away
	grace       time.Duration // no fault: for which the places of those who are away are kept; 0: for ever
	slips       time.Duration // for which the match stands still at tick 150; its schedule is later by that from then on
	hangs       time.Duration // for which it does so and then catches up
	queues      time.Duration // no fault: by which snapshots are longer on their way from tick 150 on
	kept        bool          // lobbies whose members have all gone stay in the list
}
