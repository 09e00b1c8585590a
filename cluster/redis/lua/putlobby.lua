-- KEYS leases, ends, entries, capacities, rev, changes, seats of the lobby; ARGV id, owner, epoch, ttl, entry, capacity, how long
-- seats are kept in ms, members. Returns 0: fenced, and the entry that was there if it was another. A member's seat has no end.
local id, entry, now = ARGV[1], ARGV[5], clock()
if admit(id, ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), now) == 0 then return {0, ''} end
local named = {}
for i = 8, #ARGV do
  named[ARGV[i]] = true
  redis.call('ZADD', KEYS[7], '+inf', ARGV[i])
end
for _, user in ipairs(redis.call('ZRANGEBYSCORE', KEYS[7], '+inf', '+inf')) do
  if not named[user] then redis.call('ZREM', KEYS[7], user) end
end
redis.call('PEXPIRE', KEYS[7], ARGV[7])
redis.call('HSET', KEYS[4], id, ARGV[6])
local before = redis.call('HGET', KEYS[3], id) or ''
if before ~= entry then
  redis.call('HSET', KEYS[3], id, entry)
  local rev = increase(KEYS[5])
  redis.call('SPUBLISH', KEYS[6], whole(rev) .. ' + ' .. entry)
end
if before == entry then before = '' end
return {1, before}
