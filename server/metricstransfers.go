package server

import "github.com/deltatick/deltatick/session"

var (
	descTransfers = describe("transfers", "Transfers on their way.", "way")
	descTransfEnd = describe("transfers_total", "Transfers over, by outcome; refused: before their first byte.", "way", "outcome")
	descWaiting   = describe("upload_waiting_bytes", "Bytes of uploads held until all are there, by their sizes.")
)

func (c *collector) transfers(m sink) {
	n := c.server.sessions
	for way, t := range map[string]*session.Transfers{"upload": &n.Uploads, "download": &n.Downloads} {
		m.gauge(descTransfers, t.Open.Load(), way)
		m.count(descTransfEnd, t.Done.Load(), way, "done")
		m.count(descTransfEnd, t.Broken.Load(), way, "broken")
	}
	m.count(descTransfEnd, n.Uploads.Refused.Load(), "upload", "refused")
	m.gauge(descWaiting, n.Waiting.Load())
}
