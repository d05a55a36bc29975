-- end_life.lua: a worker lives no more; what it held is nobody's.
--
-- include _life.lua
--
-- KEYS[1] zset   the workers by the end of their lease, microseconds
-- KEYS[2] hash   when was beaten last; it stays
-- KEYS[3] hash   the workers' cards
-- KEYS[4] hash   whose each shard is; '' nobody's
-- ARGV[1] worker   ARGV[2] its life
--
-- Returns 1 | 0 if it has another life by now
if life_of(ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
local holders = redis.call('HGETALL', KEYS[4])
for i = 1, #holders, 2 do
  if holders[i + 1] == ARGV[1] then redis.call('HSET', KEYS[4], holders[i], '') end
end
return 1
