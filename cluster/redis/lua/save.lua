-- KEYS leases, ends, checkpoint, inputs; ARGV id, owner, epoch, ttl, how long both are kept in ms, bytes of inputs at most, tick
-- and data of the checkpoint (tick '': none), then from, to and data of each chunk of inputs.
-- Returns 0: fenced, 1: done, 2: the log is full. The log is a list of '<from><to><data>', with 10 digits each.
local id, epoch, now = ARGV[1], tonumber(ARGV[3]), clock()
if admit(id, ARGV[2], epoch, tonumber(ARGV[4]), now) == 0 then return 0 end
local has = redis.call('HMGET', KEYS[3], 'epoch', 'tick', 'bytes')
local bytes, result = tonumber(has[3] or '0'), 1
if not (bytes and bytes >= 0 and bytes <= tonumber(ARGV[6])) then -- not ours
  redis.call('DEL', KEYS[4])
  bytes = 0
end
local covered = tonumber(ARGV[7]) or -1

local function drop(pop, at, when)
  while true do
    local chunk = redis.call('LINDEX', KEYS[4], at)
    if not chunk then return end
    local last = tonumber(string.sub(chunk, 11, 20))
    if last and not when(last) then return end -- what has no tick is not ours, and goes
    redis.call(pop, KEYS[4])
    bytes = math.max(0, bytes - (#chunk - 20))
  end
end

for i = 9, #ARGV, 3 do
  local from, to = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  drop('RPOP', -1, function(old) return old >= from end)
  if to > covered then
    if bytes + #ARGV[i + 2] > tonumber(ARGV[6]) then
      result = 2
      break
    end
    redis.call('RPUSH', KEYS[4], string.format('%010.0f%010.0f', from, to) .. ARGV[i + 2])
    bytes = bytes + #ARGV[i + 2]
  end
end
if covered >= 0 and (tonumber(has[1] or '0') ~= epoch or (tonumber(has[2]) or 0) <= covered) then
  redis.call('HSET', KEYS[3], 'epoch', whole(epoch), 'tick', ARGV[7], 'data', ARGV[8])
  drop('LPOP', 0, function(old) return old <= covered end)
end
redis.call('HSET', KEYS[3], 'bytes', whole(bytes))
redis.call('PEXPIRE', KEYS[3], ARGV[5])
redis.call('PEXPIRE', KEYS[4], ARGV[5])
return result
