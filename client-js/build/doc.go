// Command build bundles the JavaScript client, ../src with its one dependency, into ../dist: deltatick.mjs, the same
// minified and in several files, their source maps, and the dependency's licence. It needs no Node, only what npm put into ../node_modules.
//
// The bundles are committed, since the server embeds them and must build without npm; the test beside this command
// bundles anew and fails when the committed files are not what the sources make.
package main
