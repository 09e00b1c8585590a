// Package link models a bad network under a TCP connection: what delay, jitter, loss, a thin or broken link do to a stream of
// bytes, which is to come late, in stalls, slowly, or not at all; never out of order and never with holes.
//
// A [Profile] says what the network is like; [Parse] reads one from text, such as "4g" or "150,30,1,kbps=64". A [Direction] is the
// model of one way: pure, seeded and without a clock, it answers when a packet of a size, sent at a time, arrives. A [Link] is the
// network in front of one client: it wraps connections ([Link.Wrap], [Link.Dial]) in process, also inside a testing/synctest
// bubble. A [Proxy] puts one in front of any server.
//
// # The model
//
// A packet is at most [SegmentBytes] of what is written at once, and [HeaderBytes] more on the wire.
//
//   - Bandwidth: a packet leaves when those before it have left and takes its bits over the rate. What waits for that is the queue;
//     when it is full, the writer blocks, as a socket's writer does.
//
//   - Delay: half of the round trip, plus or minus half of the jitter, uniformly distributed and drawn for each packet. A packet
//     whose draw is late holds up those behind it, since TCP hands nothing over out of order.
//
//   - Loss: each transmission is lost independently, or, while a burst lasts, with the burst's own probability: the two-state chain of
//     Gilbert (1960) and Elliott (1963), here in continuous time with exponential stays, so that a retransmission meets the state of
//     its own moment. While the link is down everything is lost.
//
//   - A lost packet is sent again when the sender notices. By RACK (RFC 8985, sections 6.2 and 7.2, which Linux uses) that is when a
//     packet sent later has been acknowledged and a quarter of a round trip has passed beyond the round trip, or when three such have been
//     (the DupThresh of RFC 5681); with packets a gap g apart and the next ones through, a packet lost at t is sent again at
//
//     t + min( max(RTT + g, 5/4 RTT + 5 ms), RTT + 3 g )
//
//     and arrives half a round trip after that. Nobody knows the packets that will follow, so g is the smoothed gap of those so far (gain 1/8).
//
//   - If nothing that follows gets through, a timer notices: a probe after 2 RTT when nothing is sent meanwhile (RFC 8985, section 7,
//     with the 200 ms that Linux adds for an acknowledgement that may be delayed), else RTO = RTT + max(200 ms, 4 RTTVAR), doubled each time (RFC 6298
//     with the minimum of Linux; RTTVAR is taken to be the jitter). Until it is through no more than [WindowSegments] packets are under
//     way, and what was written since waits: so an outage lasts longer for TCP than for the link.
//
//   - A link can go down and up by a schedule, die silently in one direction, and be cut in the middle of a packet.
//
// # What it leaves out
//
// Lost acknowledgements (the next one says the same), the congestion window of a bulk transfer, which is where a long download on a lossy link is slower
// in truth than here, its collapse above some 5 % of loss, spurious retransmission on reordering, and other traffic in the queue.
package link
