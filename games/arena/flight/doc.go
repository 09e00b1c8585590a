// Package flight is how a ship of the arena moves: pure functions, which the server calls in every tick for every ship, and a page calls,
// compiled to WebAssembly (../wasm), to predict its player's own. It imports next to nothing, so that the module stays as small as Go
// makes one.
package flight
