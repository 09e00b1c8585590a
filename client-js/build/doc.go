// Command build bundles the JavaScript client, ../src, which depends on no package, into ../dist: deltatick.mjs, the same
// minified and in several files, a classic script of all of it, and their source maps. It needs neither Node nor npm.
//
// The bundles are committed, since the server embeds them and must build without npm; the test beside this command
// bundles anew and fails when the committed files are not what the sources make.
package main
