-- What scripts of presence begin with. KEYS users (hash of user to JSON of owner to sessions by state), owners (sorted set by
-- the moment in which they end), index (set of users) of one owner, rev, changes.
local function tell(user, sign)
  local rev = increase(KEYS[4])
  redis.call('SPUBLISH', KEYS[5], whole(rev) .. ' ' .. sign .. ' ' .. user)
end

-- Makes a user's sessions with an owner what they are now, and tells of the first and the last.
local function set(user, owner, sessions)
  local all = sessionsOf(user)
  local had = next(all) ~= nil
  all[owner] = sessions
  local has = next(all) ~= nil
  if has then
    redis.call('HSET', KEYS[1], user, cjson.encode(all))
  else
    redis.call('HDEL', KEYS[1], user)
  end
  if sessions then
    redis.call('SADD', KEYS[3], user)
  else
    redis.call('SREM', KEYS[3], user)
  end
  if has and not had then tell(user, '+') end
  if had and not has then tell(user, '-') end
end
