package step

// exported is the module that the page calls.
var exported *Module

// Export makes a move the one that a page calls, when the main package that calls it, once and from an init function, is built by
// cmd/wasmstep. It panics where [New] fails, and when it is called again, so that the module does not load.
func Export[Row, Input any](move func(row *Row, in *Input, dt float64)) {
	m, err := New(move)
	if err != nil {
		panic(err)
	}
	if exported != nil {
		panic("step: a module has one step")
	}
	exported = m
}
