// Package page makes a web page of a simulator's report, or of two compared: one file that needs no other and runs no script, to be looked at in a
// browser, attached to a ticket, or printed. Plots are SVG, drawn here.
//
// Everything in a report that came from outside, such as a group's name or what a server said, is text in the page and nothing else: html/template
// escapes it, and the page's own content security policy lets nothing run or load.
package page
