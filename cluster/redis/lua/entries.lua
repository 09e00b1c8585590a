-- KEYS entries. Returns all.
return redis.call('HVALS', KEYS[1])
