package session

import (
	"fmt"
	"slices"

	"github.com/deltatick/deltatick/protocol"
)

// hello reads the first frame and finds the session for it; resumed says that the house knows it. Its error says with what code the connection ends.
func (c *conn) hello() (s *Session, resumed bool, err error) {
	defer c.hub.contain(&err)
	frame, err := c.read()
	if err != nil {
		return nil, false, err
	}
	c.hub.cfg.Counters.In[KindSlot(kindOf(frame))].add(len(frame))
	h, err := c.readHello(frame)
	if err != nil {
		return nil, false, err
	}
	codec, err := c.hub.chooseCodec(h.Codecs)
	if err != nil {
		return nil, false, err
	}
	c.codec = codec
	c.heard.Store(int64(c.hub.cfg.Now().Sub(c.began)))
	c.greeted.Store(true)
	c.watchdog.Reset(c.hub.cfg.SilentTimeout / 3)
	c.transport.SetLimit(protocol.MaxClientFrame)

	if h.Resume != nil {
		return c.hub.resume(c, h)
	}
	who, err := c.authenticate(h.Auth)
	if err != nil {
		return nil, false, err
	}
	s, err = c.hub.open(c, who)
	return s, false, err
}

func (c *conn) readHello(frame []byte) (protocol.Hello, error) {
	bounds := protocol.FromClient
	bounds.Bytes = protocol.MaxHelloFrame
	kind, err := protocol.Check(frame, bounds)
	if err != nil {
		return protocol.Hello{}, err
	}
	if kind != protocol.KindHello {
		return protocol.Hello{}, refuse(protocol.CloseNoHello)
	}
	h, err := c.reader.Hello(frame)
	// The version comes before an error about the rest, which another version may have written in another way.
	if h.Version != protocol.Version && (err == nil || h.Version != 0) {
		return h, refuse(protocol.CloseVersion)
	}
	return h, err
}

// chooseCodec takes the client's best codec that the house can write.
func (h *Hub) chooseCodec(read []string) (string, error) {
	for _, codec := range read {
		if slices.Contains(h.cfg.Codecs, codec) {
			return codec, nil
		}
	}
	return "", fmt.Errorf("%w: no codec in common", protocol.ErrMalformed)
}
