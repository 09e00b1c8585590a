package protocol

import "strings"

const optionPrivate = "private"

// Private says which fields are tagged `sync:"private"`, alone or with other options: bit i stands for field i. They are for some
// readers only, which the wire does not tell: whoever writes snapshots leaves them out for the others.
func (p *Plan) Private() (fields uint32) {
	i := 0
	for sf := range p.typ.Fields() {
		tag := sf.Tag.Get("sync")
		if !sf.IsExported() || tag == "-" {
			continue
		}
		for option := range strings.SplitSeq(tag, ",") {
			if strings.TrimSpace(option) == optionPrivate {
				fields |= 1 << i
			}
		}
		i++
	}
	return fields
}
