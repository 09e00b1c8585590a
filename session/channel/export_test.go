package channel

// Kept is how many sessions the channel remembers, members or not.
func (ch *Channel) Kept() int {
	ch.mu.RLock()
	defer ch.mu.RUnlock()
	return len(ch.members) + len(ch.users)
}
