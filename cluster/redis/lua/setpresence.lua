-- KEYS as presence; ARGV owner, user, JSON of sessions by state, or '' for none. Returns 0: the owner is not announced.
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
set(ARGV[2], ARGV[1], ARGV[3] ~= '' and cjson.decode(ARGV[3]) or nil)
return 1
