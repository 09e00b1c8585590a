-- KEYS as forget; ARGV how many at once, retention in ms, whether to tell who watches.
-- Returns id, epoch, ttl and owner of each that has ended, the ids of those that were forgotten, and what entries they had.
local limit, now = tonumber(ARGV[1]), clock()
local dropped = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(now - tonumber(ARGV[2])), 'LIMIT', 0, limit)
local list, entries = {}, {}
for _, id in ipairs(dropped) do
  entries[#entries + 1] = redis.call('HGET', KEYS[4], id) or nil
  forget(id, (holder(id)), ARGV[3])
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(now), 'LIMIT', 0, limit)) do
  local epoch, owner, ttl = holder(id)
  if owner then
    list[#list + 1] = id
    list[#list + 1] = whole(epoch)
    list[#list + 1] = whole(ttl)
    list[#list + 1] = owner
  end
end
return {list, dropped, entries}
