-- KEYS capacities, seats of the lobby; ARGV lobby, user, hold in ms, how long seats are kept in ms.
-- Returns how many are taken, or -1: no such lobby; and 0 had one, 1 has one now, 2 full.
local capacity = redis.call('HGET', KEYS[1], ARGV[1])
if not capacity then return {-1, 0} end
local now = clock()
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(now))
local taken = redis.call('ZCARD', KEYS[2])
local last, result = redis.call('ZSCORE', KEYS[2], ARGV[2]), 0
if not last then
  if taken >= (tonumber(capacity) or 0) then return {taken, 2} end
  taken, result = taken + 1, 1
end
if last ~= 'inf' then redis.call('ZADD', KEYS[2], whole(now + tonumber(ARGV[3])), ARGV[2]) end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {taken, result}
