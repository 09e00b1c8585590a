-- KEYS owners. Returns those whose time has ended.
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', whole(clock()))
