-- KEYS leases, ends, floor; ARGV id, owner, ttl. Returns the epoch, or 0: leased to another.
local id, owner, ttl, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), clock()
local epoch, who = holder(id)
if who ~= owner then
  if who and not ended(id, now) then return 0 end
  epoch = nextEpoch(epoch, now)
end
enter(id, owner, epoch, ttl, now)
return epoch
