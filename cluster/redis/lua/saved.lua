-- KEYS checkpoint, inputs. Returns epoch, tick and data of the checkpoint, and the log; nothing if there is no checkpoint.
local has = redis.call('HMGET', KEYS[1], 'epoch', 'tick', 'data')
if not has[1] then return false end
return {has[1], has[2], has[3], redis.call('LRANGE', KEYS[2], 0, -1)}
