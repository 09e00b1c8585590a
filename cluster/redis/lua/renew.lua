-- KEYS leases, ends; ARGV id, owner, epoch, ttl of each. Returns for each: 0 fenced, 1 renewed, 2 restored, 3 had lapsed.
local now, results = clock(), {}
for i = 1, #ARGV, 4 do
  local id, owner, epoch, ttl = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local result = admit(id, owner, epoch, ttl, now)
  if result == 1 then
    if ended(id, now) then result = 3 end
    enter(id, owner, epoch, ttl, now)
  end
  results[#results + 1] = result
end
return results
