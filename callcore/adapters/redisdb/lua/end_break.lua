-- end_break.lua: an agent on a break becomes available.
--
-- KEYS[1] string the answer to this request
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4...]     zsets, free agents of each of the agent's queues: agent_id -> free since
-- ARGV[1] agent_id   ARGV[2] the queues KEYS[4...] belong to
-- ARGV[3] how long to remember the answer, seconds
--
-- Returns 'done' | 'already' | 'refused' |
--   'unknown_agent' | 'outdated' (other queues: changes nothing)
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[3])
  return word
end
local agent = redis.call('HMGET', KEYS[2], 'state', 'queues')
local state = agent[1]
if not state then return answer('unknown_agent') end
if state == 'available' then return answer('already') end
if state ~= 'on_break' then return answer('refused') end
if agent[2] ~= ARGV[2] then return 'outdated' end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000000 + time[2])
redis.call('HSET', KEYS[2], 'state', 'available', 'since', now)
for i = 4, #KEYS do redis.call('ZADD', KEYS[i], now, ARGV[1]) end
return answer('done')
