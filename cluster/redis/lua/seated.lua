-- KEYS capacities, seats of the lobby; ARGV lobby. Returns the users, or nothing: no such lobby.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return false end
return redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. whole(clock()), '+inf')
