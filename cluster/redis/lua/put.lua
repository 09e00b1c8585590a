-- KEYS leases, ends, entries; ARGV id, owner, epoch, ttl, entry. Returns 0: fenced.
local id, now = ARGV[1], clock()
if admit(id, ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), now) == 0 then return 0 end
redis.call('HSET', KEYS[3], id, ARGV[5])
return 1
