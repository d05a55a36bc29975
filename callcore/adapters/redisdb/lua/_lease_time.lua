-- _lease_time.lua: begins scripts about leases of workers, after _clock.lua.
--
-- KEYS[1] zset the workers by the end of their lease, microseconds   KEYS[2] hash when was beaten last
--
-- Who lives, lives by the server's clock; but nobody is dead because the clock was set, or because the
-- server stood still and nobody could beat. So a pause counts little, and ends of leases move with it.
local noted_at = redis.call('HGET', KEYS[2], 'noted_at')
if noted_at then
  local passed, lease = instant - noted_at, tonumber(redis.call('HGET', KEYS[2], 'lease'))
  local counted = math.max(passed, 0)
  if passed > lease / 2 then counted = math.floor(lease / 8) end
  if counted ~= passed then
    local leases = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
    for i = 1, #leases, 2 do
      redis.call('ZADD', KEYS[1], digits(leases[i + 1] + passed - counted), leases[i])
    end
  end
  redis.call('HINCRBY', KEYS[2], 'age', digits(counted))
  redis.call('HSET', KEYS[2], 'noted_at', now)
end
local function is_living(worker)
  local ends_at = redis.call('ZSCORE', KEYS[1], worker)
  return ends_at and tonumber(ends_at) > instant
end
