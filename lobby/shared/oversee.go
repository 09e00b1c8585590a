package shared

// NodeOf is the node that has a lobby, as the store says; "": none is known.
func (d *Directory) NodeOf(lobby string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owned[lobby] != nil {
		return d.cfg.Node
	}
	node, _ := d.ownerOf(lobby)
	return node
}
