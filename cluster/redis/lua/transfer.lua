-- KEYS leases, ends, floor; ARGV id, owner, epoch, ttl, new owner. Returns the new epoch, or 0: fenced.
local id, owner, epoch, ttl, to = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local has, who = holder(id)
if who == to and has > epoch then return has end
local now = clock()
if admit(id, owner, epoch, ttl, now) == 0 then return 0 end
local new = nextEpoch(epoch, now)
enter(id, to, new, ttl, now)
return new
