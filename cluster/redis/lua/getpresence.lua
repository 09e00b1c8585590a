-- KEYS users, owners; ARGV users. Returns for each a JSON list of the sessions by state of owners who are announced.
local now, list = clock(), {}
for i, user in ipairs(ARGV) do
  local live = {}
  for owner, sessions in pairs(sessionsOf(user)) do
    local last = redis.call('ZSCORE', KEYS[2], owner)
    if last and tonumber(last) > now then live[#live + 1] = sessions end
  end
  list[i] = #live > 0 and cjson.encode(live) or '[]'
end
return list
