-- KEYS a hash, or a string if there is no ARGV; ARGV field. Returns what is there.
if #ARGV == 0 then return redis.call('GET', KEYS[1]) end
return redis.call('HGET', KEYS[1], ARGV[1])
