-- KEYS owners; ARGV owner, ttl in ms. Returns 1: the owner was not known.
return redis.call('ZADD', KEYS[1], whole(clock() + tonumber(ARGV[2])), ARGV[1])
