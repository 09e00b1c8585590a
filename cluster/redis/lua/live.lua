-- KEYS leases, ends, entries. Returns the entries of leases that last.
local now, list = clock(), {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. whole(now), '+inf')) do
  list[#list + 1] = redis.call('HGET', KEYS[3], id) or nil
end
return list
