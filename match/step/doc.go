// Package step makes WebAssembly of a game's move: the Go function that moves one row by one input in the server's tick, called by a page
// to predict its player's own row. The main package of such a module is two lines:
//
//	func init() { step.Export(flight.Step) }
//	func main() {}
//
// cmd/wasmstep builds it, and loadStep of the JavaScript client loads it. The function's row and input are structs with fields that the
// table and the input have, too, not necessarily all of them: a field is what has its name on the wire, by its Go name or its sync tag.
// See docs/wasm-step.md.
//
// # What passes between a page and the module
//
// The module exports its memory and four functions:
//
//	step_layout       address of a JSON text: {"row": [field, ...], "input": [field, ...]}, where a field is
//	                  [name, "number" | "boolean", cells], and cells is 0 for one value, else the length of a list of them
//	step_layout_size  its length in bytes
//	step_cells        address of as many float64s as the fields have values, in this order
//	step_run(dt)      moves the row in the cells by the input in them, dt seconds on
//
// Numbers are what they are in the game, in its units; a boolean is 0 or 1. Addresses hold for as long as the module does.
package step
