-- KEYS entries, rev; ARGV the rev that is known. Returns the rev, and if it is another one, all entries.
local rev = redis.call('GET', KEYS[2]) or '0'
if rev == ARGV[1] then return {rev, {}} end
return {rev, redis.call('HVALS', KEYS[1])}
