-- end_talk.lua: a conversation is over; the agent wraps up or is free, the call is forgotten.
--
-- KEYS[1] string the answer to the end of this offer's conversation
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] hash   the call
-- KEYS[5] set    the calls of its node
-- KEYS[6...]     zsets, free agents of each of the agent's queues: agent_id -> free since
-- ARGV[1] agent_id   ARGV[2] the queues KEYS[6...] belong to
-- ARGV[3] how long to remember the answer, seconds   ARGV[4] call_id   ARGV[5] offer_id
-- ARGV[6] the node KEYS[5] is of, '' if the call is unknown   ARGV[7] wrap-up, microseconds
--
-- Returns 'done' | 'stale' (they do not talk) | 'outdated' (another node or other queues); the
-- last two change nothing
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[3])
  return word
end
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id', 'queues')
if agent[1] ~= 'talking' or agent[2] ~= ARGV[5] then return answer('stale') end
local call = redis.call('HMGET', KEYS[4], 'offer_id', 'node')
local is_there = call[1] == ARGV[5]
if agent[3] ~= ARGV[2] or is_there and call[2] ~= ARGV[6] then return 'outdated' end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local since = string.format('%.0f', now)
if is_there then
  redis.call('DEL', KEYS[4])
  redis.call('SREM', KEYS[5], ARGV[4])
end
if tonumber(ARGV[7]) > 0 then
  redis.call('HSET', KEYS[2], 'state', 'wrapping_up', 'since', since)
  redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[7]), ARGV[1])
else
  redis.call('HSET', KEYS[2], 'state', 'available', 'since', since)
  redis.call('HDEL', KEYS[2], 'call_id', 'offer_id', 'queue', 'leg_id')
  for i = 6, #KEYS do redis.call('ZADD', KEYS[i], since, ARGV[1]) end
end
return answer('done')
