-- KEYS leases, then what was put with one; ARGV id. Removes that, unless somebody has the lease again.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
for i = 2, #KEYS do redis.call('DEL', KEYS[i]) end
return 1
