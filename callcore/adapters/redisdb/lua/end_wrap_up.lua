-- end_wrap_up.lua: the agent who wraps up after an offer becomes available.
--
-- KEYS[1] string the answer to this request
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4...]     zsets, free agents of each of the agent's queues: agent_id -> free since
-- ARGV[1] agent_id   ARGV[2] the queues KEYS[4...] belong to
-- ARGV[3] how long to remember the answer, seconds   ARGV[4] offer_id
--
-- Returns 'done' | 'stale' (does not wrap up after it) | 'outdated' (other queues); the last two
-- change nothing
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[3])
  return word
end
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id', 'queues')
if agent[1] ~= 'wrapping_up' or agent[2] ~= ARGV[4] then return answer('stale') end
if agent[3] ~= ARGV[2] then return 'outdated' end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000000 + time[2])
redis.call('HSET', KEYS[2], 'state', 'available', 'since', now)
redis.call('HDEL', KEYS[2], 'call_id', 'offer_id', 'queue', 'leg_id')
redis.call('ZREM', KEYS[3], ARGV[1])
for i = 4, #KEYS do redis.call('ZADD', KEYS[i], now, ARGV[1]) end
return answer('done')
