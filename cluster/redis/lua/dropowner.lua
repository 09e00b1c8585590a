-- KEYS as presence; ARGV owner, how many users at once. Drops the sessions of an owner whose time has ended. Returns 1: there are more.
local last = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not last or tonumber(last) > clock() then return 0 end
for _, user in ipairs(redis.call('SRANDMEMBER', KEYS[3], ARGV[2])) do set(user, ARGV[1], nil) end
if redis.call('SCARD', KEYS[3]) > 0 then return 1 end
redis.call('ZREM', KEYS[2], ARGV[1])
return 0
