-- KEYS users. A user's sessions by owner; what is no such table counts as none.
local function sessionsOf(user)
  local v = redis.call('HGET', KEYS[1], user)
  local read, all = pcall(cjson.decode, v or '{}')
  local by = {}
  for owner, sessions in pairs(read and type(all) == 'table' and all or {}) do
    if type(owner) == 'string' and type(sessions) == 'table' then by[owner] = sessions end
  end
  return by
end

