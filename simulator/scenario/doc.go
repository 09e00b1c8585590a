// Package scenario reads what is to be simulated from a file: a population in groups, how it comes and goes, and what its figures
// must show for the run to count as a success.
//
// A scenario is YAML. Every field has a default, an unknown one is an error, and errors name the line:
//
//	for: 20s
//	groups:
//	  - name: honest
//	    bots: 16
//	    expect: [rate.min >= 55, gap.p99 <= 60ms]
//	  - name: cut off
//	    bots: 8
//	    chaos: true
//
// docs/scenarios.md describes the fields; the folder examples has scenarios to begin with.
package scenario
