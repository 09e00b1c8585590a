-- KEYS seats of the lobby; ARGV user.
return redis.call('ZREM', KEYS[1], ARGV[1])
