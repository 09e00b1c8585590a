package lobby

import "time"

// chatHistory is the newest messages of a lobby, bounded by count, bytes and age.
type chatHistory struct {
	kept  []ChatMessage // the oldest first
	bytes int           // of their texts
}

// add keeps a message, and gives up the oldest that it leaves no room for.
func (h *chatHistory) add(m ChatMessage, cfg ChatConfig) {
	h.kept = append(h.kept, m)
	h.bytes += len(m.Text)
	for len(h.kept) > cfg.KeptMessages || h.bytes > cfg.KeptBytes && len(h.kept) > 1 {
		h.pop()
	}
}

// expire gives up what is as old as KeptFor allows.
func (h *chatHistory) expire(now time.Time, cfg ChatConfig) {
	for len(h.kept) > 0 && !h.due(cfg).After(now) {
		h.pop()
	}
}

// due is when the oldest message is to be given up. There must be one.
func (h *chatHistory) due(cfg ChatConfig) time.Time { return h.kept[0].said.Add(cfg.KeptFor) }

func (h *chatHistory) pop() {
	h.bytes -= len(h.kept[0].Text)
	h.kept[0] = ChatMessage{} // the array holds on to it until it grows
	h.kept = h.kept[1:]
}

// after is the kept messages with ids above one.
func (h *chatHistory) after(id uint32) []ChatMessage {
	messages := make([]ChatMessage, 0, len(h.kept))
	for _, m := range h.kept {
		if m.ID > id {
			messages = append(messages, m)
		}
	}
	return messages
}
