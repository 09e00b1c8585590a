package scenario

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// duration is a time such as 30s or 1m30s.
type duration time.Duration

// UnmarshalYAML reads it, and says where it is written if that is none.
func (d *duration) UnmarshalYAML(n ast.Node) error {
	text := n.GetToken().Value
	read, err := time.ParseDuration(text)
	if err != nil {
		return placeOf(n.GetToken()).at(fmt.Errorf("%.40q is no time such as 30s or 1m30s", text))
	}
	*d = duration(read)
	return nil
}
