// Package scrape looks at a server from outside while it runs: over HTTP at its metrics in Prometheus' text format, and, for CPU and memory, at
// its process on this machine. A [Watcher] takes a [Sample] every second or so and keeps them for the [Report],
// and the numbers behind them for whoever judges by those. Nobody else looks meanwhile.
//
// Nothing of it can hold a run up: a look has a timeout and what it reads a bound, what is no number is left out, and a look that fails is
// counted and the next one tried. What is of the server's own metrics comes by package serverstat.
package scrape
