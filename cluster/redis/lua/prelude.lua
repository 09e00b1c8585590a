-- What every script begins with. All keys of a script are of one shard, and so in one slot.
-- A lease is kept in two: KEYS[1], a hash of id to "<epoch> <ttl> <owner>", and KEYS[2], a
-- sorted set of ids by the moment in which they end, in ms of the store's clock.
local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function whole(n) return string.format('%.0f', n) end

-- Counts one more; what cannot be counted is begun anew.
local function increase(key)
  local n = redis.pcall('INCR', key)
  if type(n) == 'number' then return n end
  local foreign = string.find(n.err, 'WRONGTYPE') or string.find(n.err, 'integer') or string.find(n.err, 'overflow')
  if not foreign then return redis.call('INCR', key) end -- the script fails of it
  redis.call('SET', key, '1')
  return 1
end

-- Epoch, owner and TTL of a lease; the epoch is 0 and the owner nil if there is none, or something that is none.
local function holder(id)
  local v = redis.call('HGET', KEYS[1], id)
  if not v then return 0, nil, 0 end
  local epoch, ttl, owner = string.match(v, '^(%d+) (%d+) (.+)$')
  if not epoch or tonumber(epoch) >= 4294967295 then return 0, nil, 0 end
  return tonumber(epoch), owner, tonumber(ttl)
end

local function enter(id, owner, epoch, ttl, now)
  redis.call('HSET', KEYS[1], id, whole(epoch) .. ' ' .. ttl .. ' ' .. owner)
  redis.call('ZADD', KEYS[2], whole(now + ttl), id)
end

local function ended(id, now)
  local last = redis.call('ZSCORE', KEYS[2], id)
  return not last or tonumber(last) <= now
end

-- Whether what is written with a lease is its owner's to write: 0 it is not, 1 it is, 2 it is, and the
-- lease has been entered again, since it was not known, or with a lower epoch.
local function admit(id, owner, epoch, ttl, now)
  local has, who = holder(id)
  if who == owner and has == epoch then return 1 end
  if who and has >= epoch then return 0 end
  enter(id, owner, epoch, ttl, now)
  return 2
end

-- KEYS[3] has the highest epoch of leases that were forgotten.
local function lowest()
  local floor = tonumber(redis.call('GET', KEYS[3]) or '0') or 0
  return floor < 4294967295 and floor or 0
end

-- An epoch that is higher than all before.
local function nextEpoch(has, now)
  local floor = lowest()
  return math.max(has + 1, floor + 1, math.floor((now - 1767225600000) / 250))
end

-- Forgets a lease and its entry: KEYS[4] entries, KEYS[5] seats of lobbies, KEYS[6] and KEYS[7] for telling who watches.
local function forget(id, epoch, tell)
  if epoch > lowest() then redis.call('SET', KEYS[3], whole(epoch)) end
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
  redis.call('HDEL', KEYS[5], id)
  local gone = redis.call('HDEL', KEYS[4], id)
  if gone == 1 and tell == '1' then
    local rev = increase(KEYS[6])
    redis.call('SPUBLISH', KEYS[7], whole(rev) .. ' - ' .. id)
  end
end
