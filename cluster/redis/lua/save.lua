-- KEYS leases, ends, entries, checkpoint, inputs; ARGV id, owner, epoch, ttl, how long the last two are kept in ms, bytes of inputs
-- at most, entry ('': as it was), tick and data of the checkpoint (tick '': none), then from, to and data of each chunk of inputs.
-- Returns 0: fenced, 1: done, 2: the log is full. The log is a list of '<from><to><data>', with 10 digits each.
local id, epoch, now = ARGV[1], tonumber(ARGV[3]), clock()
if admit(id, ARGV[2], epoch, tonumber(ARGV[4]), now) == 0 then return 0 end
local has = redis.call('HMGET', KEYS[4], 'epoch', 'tick', 'bytes')
if ARGV[7] ~= '' then redis.call('HSET', KEYS[3], id, ARGV[7]) end
local bytes, result = tonumber(has[3] or '0'), 1
if not (bytes and bytes >= 0 and bytes <= tonumber(ARGV[6])) then -- not ours
  redis.call('DEL', KEYS[5])
  bytes = 0
end
local covered = tonumber(ARGV[8]) or -1

local function drop(pop, at, when)
  while true do
    local chunk = redis.call('LINDEX', KEYS[5], at)
    if not chunk then return end
    local last = tonumber(string.sub(chunk, 11, 20))
    if last and not when(last) then return end -- what has no tick is not ours, and goes
    redis.call(pop, KEYS[5])
    bytes = math.max(0, bytes - (#chunk - 20))
  end
end

for i = 10, #ARGV, 3 do
  local from, to = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  drop('RPOP', -1, function(old) return old >= from end)
  if to > covered then
    if bytes + #ARGV[i + 2] > tonumber(ARGV[6]) then
      result = 2
      break
    end
    redis.call('RPUSH', KEYS[5], string.format('%010.0f%010.0f', from, to) .. ARGV[i + 2])
    bytes = bytes + #ARGV[i + 2]
  end
end
if covered >= 0 and (tonumber(has[1] or '0') ~= epoch or (tonumber(has[2]) or 0) <= covered) then
  redis.call('HSET', KEYS[4], 'epoch', whole(epoch), 'tick', ARGV[8], 'data', ARGV[9])
  drop('LPOP', 0, function(old) return old <= covered end)
end
redis.call('HSET', KEYS[4], 'bytes', whole(bytes))
redis.call('PEXPIRE', KEYS[4], ARGV[5])
redis.call('PEXPIRE', KEYS[5], ARGV[5])
return result
