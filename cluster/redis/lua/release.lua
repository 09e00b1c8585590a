-- KEYS as forget, then what else was put with the lease; ARGV id, owner, epoch, whether to tell who watches.
-- Returns whether it was the owner's, and the entry.
local id, owner, epoch = ARGV[1], ARGV[2], tonumber(ARGV[3])
local has, who = holder(id)
if not who then return {1, ''} end
if who ~= owner or has ~= epoch then return {0, ''} end
local entry = redis.call('HGET', KEYS[4], id) or ''
forget(id, epoch, ARGV[4])
for i = 8, #KEYS do redis.call('DEL', KEYS[i]) end
return {1, entry}
