// Package transfer is the part of a transfer of many bytes (docs/PROTOCOL.md, section 4.8) that is the same for servers and clients: a [Sender]
// says what to send next, a [Receiver] what of the arrived to take, and a [Pace] how many bytes may be on their way so that nothing else
// is held up by them. None of them sends, waits or locks anything, or reads a clock: that is for their owner, one goroutine at a time.
package transfer
