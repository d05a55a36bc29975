-- _token.lua: a shard, KEYS[4], has another holder from now on, with a token as no claim had before,
-- KEYS[5]: not even one that a server which lost its data knew of. With it is kept, KEYS[6], which
-- token it follows, if nobody acts by that one any more; else 0.
local function hold(shard, worker, is_over)
  local last = tonumber(redis.call('HGET', KEYS[5], shard) or '0')
  local token = digits(math.max(last + 1, instant))
  redis.call('HSET', KEYS[4], shard, worker)
  redis.call('HSET', KEYS[5], shard, token)
  redis.call('HSET', KEYS[6], shard, is_over and digits(last) or '0')
  return token
end
