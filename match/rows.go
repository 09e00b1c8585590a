package match

import (
	"errors"

	"github.com/deltatick/deltatick/protocol"
)

// rowsTable is a table whose rows come as quanta.
type rowsTable struct {
	table protocol.TableSchema
	fill  func(rows *protocol.Rows)
}

// AddRows declares a table whose rows the game hands over as quanta after each step, in place of a [Table] of structs: for worlds that
// are made elsewhere and only shown here, as those of a recording are. fill is called by the match's goroutine; it sizes the rows with
// [protocol.Rows.Resize] and fills them in, by rising id and with every quantum inside its field's range. AddRows is called from
// [Game.Setup]; what is wrong with the schema is reported when Setup returns.
func AddRows(s *Setup, table protocol.TableSchema, fill func(rows *protocol.Rows)) {
	s.core.addTable(&rowsTable{table, fill})
}

func (t *rowsTable) visibility() *visibility { return &visibility{} }

func (t *rowsTable) schema() protocol.TableSchema { return t.table }

func (t *rowsTable) quantise(rows *protocol.Rows) (clamped int) {
	t.fill(rows)
	return 0
}

// errShown is why a match with such a table has no checkpoint: its world is made elsewhere.
var errShown = errors.New("its rows are made elsewhere")

func (t *rowsTable) layout() (uint64, error)   { return 0, errShown }
func (t *rowsTable) save() (savedTable, error) { return savedTable{}, errShown }
func (t *rowsTable) load(savedTable) error     { return errShown }
