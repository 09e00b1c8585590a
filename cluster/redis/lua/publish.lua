-- KEYS number of messages, channel; ARGV sender, payload, how long the number is kept in ms.
local n = increase(KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('SPUBLISH', KEYS[2], whole(n) .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
