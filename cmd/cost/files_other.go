//go:build !linux

package main

// needFiles leaves it to the system to say when there are too many.
func needFiles(int) error { return nil }
