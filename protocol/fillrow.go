package protocol

import (
	"reflect"
	"unsafe"
)

// FillRow writes row i of a snapshot's rows into the struct at dst, which must be of the plan's type: the reverse of
// [Plan.Quantise], as exact as the quanta. Fields that do not travel are left alone.
func (p *Plan) FillRow(dst unsafe.Pointer, rows *Rows, i int) {
	n := len(rows.IDs)
	for f := range p.columns {
		c := &p.columns[f]
		at := unsafe.Add(dst, c.offset)
		if c.kind == reflect.String {
			*(*string)(at) = rows.Strings[f][i]
			continue
		}
		c.fill(at, rows.Quanta[f*n+i])
	}
}
