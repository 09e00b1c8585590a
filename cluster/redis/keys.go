package redis

import (
	"fmt"
	"hash/fnv"

	"github.com/deltatick/deltatick/cluster"
)

// shards is how many slots of a Redis Cluster the things of one kind are spread over. All nodes of a service must agree, so it is no setting.
const shards = 16

// shard is the part of the key space that holds some of the things of one kind: its keys share a hash tag, and so a slot. A script uses keys of one
// shard only.
type shard struct {
	tag  string // such as {deltatick:match:7}
	tell string // "1": there is a feed of its changes
}

func (s shard) key(name string) string         { return s.tag + ":" + name }
func (s shard) keyOf(name, id string) string   { return s.tag + ":" + name + ":" + id }
func (s shard) leases() (leases, ends string)  { return s.key("leases"), s.key("ends") }
func (s shard) changes() (rev, channel string) { return s.key("rev"), s.key("changes") }
func (s shard) leaseKeys(more ...string) []string {
	leases, ends := s.leases()
	return append([]string{leases, ends}, more...)
}

// forgetKeys are the keys of everything that the scripts' function forget needs.
func (s shard) forgetKeys() []string {
	rev, channel := s.changes()
	return s.leaseKeys(s.key("floor"), s.key("entries"), s.key("capacities"), rev, channel)
}

// idKeys are the keys that an id has for itself.
func (s shard) idKeys(kind cluster.Kind, id string) []string {
	switch kind {
	case cluster.KindLobby:
		return []string{s.keyOf("seats", id)}
	case cluster.KindMatch:
		return []string{s.keyOf("checkpoint", id), s.keyOf("inputs", id)}
	}
	return nil
}

// kindPresence is presence, for shards: nobody owns it.
const kindPresence cluster.Kind = "presence"

// shardOf is where an id of a kind is. Nodes are few, and listed together.
func (e *Engine) shardOf(kind cluster.Kind, id string) shard {
	if kind == cluster.KindNode {
		return e.shard(kind, 0)
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return e.shard(kind, int(h.Sum32()%shards))
}

func (e *Engine) shard(kind cluster.Kind, n int) shard {
	s := shard{tag: fmt.Sprintf("{%s:%s:%d}", e.prefix, kind, n), tell: "0"}
	if kind == cluster.KindLobby {
		s.tell = "1"
	}
	return s
}

// shardsOf are all shards of a kind.
func (e *Engine) shardsOf(kind cluster.Kind) []shard {
	n := shards
	if kind == cluster.KindNode {
		n = 1
	}
	all := make([]shard, n)
	for i := range all {
		all[i] = e.shard(kind, i)
	}
	return all
}
