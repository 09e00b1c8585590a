package protocol_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/vectors anew instead of comparing with it")

// TestVectors holds the code to the bytes in testdata/vectors, which clients in other languages are held to as well. What the
// vectors mean is tested where each file's cases are made.
func TestVectors(t *testing.T) {
	for name, content := range map[string]any{
		"frames.json":      frameVectors(t),
		"snapshots.json":   snapshotVectors(t),
		"packed.json":      packedVectors(t),
		"packed-long.json": longVectors(t),
		"hash.json":        hashVectors(t),
		"quanta.json":      quantumVectors(t),
		"hostile.json":     hostileVectors(t),
	} {
		t.Run(name, func(t *testing.T) {
			made := printJSON(t, content)
			file := filepath.Join("testdata", "vectors", name)
			if *update {
				if err := os.WriteFile(file, made, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			written, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(made, written) {
				t.Errorf("%s is not what the code makes now, from line %d on: the wire has changed.\nIf that is meant, "+
					"run `go test ./protocol -run TestVectors -update` and look at the difference.", file, firstDifference(made, written))
			}
		})
	}
}

func firstDifference(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return 1 + bytes.Count(a[:n], []byte("\n"))
}

// printJSON writes what fits on a line on one line, and breaks up the rest.
func printJSON(t testing.TB, v any) []byte {
	t.Helper()
	var compact, out bytes.Buffer
	enc := json.NewEncoder(&compact)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	if err := layOut(&out, bytes.TrimSpace(compact.Bytes()), ""); err != nil {
		t.Fatal(err)
	}
	out.WriteByte('\n')
	return out.Bytes()
}

func layOut(out *bytes.Buffer, value []byte, indent string) error {
	const width = 140
	if len(indent)+len(value) <= width || (value[0] != '{' && value[0] != '[') {
		out.Write(value)
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(value))
	if _, err := dec.Token(); err != nil {
		return err
	}
	out.WriteByte(value[0])
	for first := true; dec.More(); first = false {
		if !first {
			out.WriteByte(',')
		}
		out.WriteString("\n" + indent + "  ")
		if value[0] == '{' {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%q: ", key)
		}
		var element json.RawMessage
		if err := dec.Decode(&element); err != nil {
			return err
		}
		if err := layOut(out, element, indent+"  "); err != nil {
			return err
		}
	}
	out.WriteString("\n" + indent)
	out.WriteByte(value[len(value)-1])
	return nil
}
