-- enrol.lua: an agent becomes known with these queues; one already known keeps the state.
--
-- KEYS[1] hash   the agent
-- KEYS[2] set    all agents
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4...]     zsets, free agents of the queues before, then of the queues from now on
-- ARGV[1] agent_id   ARGV[2] the queues before, '' if unknown   ARGV[3] the queues from now on
-- ARGV[4] name   ARGV[5] how many queues before
--
-- Returns 'enrolled' | 'outdated' (the agent had other queues: changes nothing)
local queues = redis.call('HGET', KEYS[1], 'queues')
if (queues or '') ~= ARGV[2] then return 'outdated' end
redis.call('HSET', KEYS[1], 'queues', ARGV[3], 'name', ARGV[4])
if not queues then
  redis.call('HSET', KEYS[1], 'state', 'logged_out', 'since', 0, 'miss_count', 0)
  redis.call('SADD', KEYS[2], ARGV[1])
  return 'enrolled'
end
local agent = redis.call('HMGET', KEYS[1], 'state', 'since')
local is_free = agent[1] == 'available' and not redis.call('ZSCORE', KEYS[3], ARGV[1])
local before = 3 + ARGV[5]
for i = 4, before do redis.call('ZREM', KEYS[i], ARGV[1]) end
if is_free then
  for i = before + 1, #KEYS do redis.call('ZADD', KEYS[i], agent[2], ARGV[1]) end
end
return 'enrolled'
