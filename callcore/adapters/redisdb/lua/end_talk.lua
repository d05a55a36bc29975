-- end_talk.lua: a conversation is over; the agent wraps up or is free, the call has ended.
--
-- KEYS[1] string the answer to the end of this offer's conversation
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] hash   the call
-- KEYS[5...]     zsets, free agents of each of the agent's queues: agent_id -> free since
-- ARGV[1] agent_id   ARGV[2] the queues KEYS[5...] belong to
-- ARGV[3] how long to remember the answer, seconds   ARGV[4] offer_id
-- ARGV[5] wrap-up, microseconds
--
-- Returns 'done' | 'stale' (they do not talk) | 'outdated' (other queues); the last two change
-- nothing
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[3])
  return word
end
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id', 'queues')
if agent[1] ~= 'talking' or agent[2] ~= ARGV[4] then return answer('stale') end
if agent[3] ~= ARGV[2] then return 'outdated' end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local since = string.format('%.0f', now)
local call = redis.call('HMGET', KEYS[4], 'state', 'offer_id')
if call[1] == 'talking' and call[2] == ARGV[4] then
  redis.call('HSET', KEYS[4], 'state', 'ended', 'ended_at', since)
end
if tonumber(ARGV[5]) > 0 then
  redis.call('HSET', KEYS[2], 'state', 'wrapping_up', 'since', since)
  redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[5]), ARGV[1])
else
  redis.call('HSET', KEYS[2], 'state', 'available', 'since', since)
  redis.call('HDEL', KEYS[2], 'call_id', 'offer_id', 'queue', 'leg_id')
  for i = 5, #KEYS do redis.call('ZADD', KEYS[i], since, ARGV[1]) end
end
return answer('done')
