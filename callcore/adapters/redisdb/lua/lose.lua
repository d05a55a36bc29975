-- lose.lua: an offer ends without a conversation; agent and caller are free of each other.
--
-- KEYS[1] string the answer to this offer's loss
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] zset   the queue's callers who wait: call_id -> score
-- KEYS[5] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[6] hash   the call
-- KEYS[7...]     zsets, free agents of each of the agent's queues: agent_id -> free since
-- ARGV[1] agent_id   ARGV[2] the queues KEYS[7...] belong to
-- ARGV[3] how long to remember the answer, seconds   ARGV[4] call_id   ARGV[5] offer_id
-- ARGV[6] misses to add, 0 or 1   ARGV[7] rest, microseconds   ARGV[8] 1 if the caller waits on
--
-- Returns 'done' | 'stale' (the agent has another offer) | 'outdated' (other queues); the last
-- two change nothing
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[3])
  return word
end
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id', 'queues')
local is_held = agent[2] == ARGV[5] and (agent[1] == 'reserved' or agent[1] == 'ringing')
if not is_held then return answer('stale') end
if agent[3] ~= ARGV[2] then return 'outdated' end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local since = string.format('%.0f', now)
local call = redis.call('HMGET', KEYS[6], 'state', 'offer_id')
if ARGV[8] == '1' and call[1] == 'offered' and call[2] == ARGV[5] then
  redis.call('ZADD', KEYS[4], redis.call('ZSCORE', KEYS[5], ARGV[4]), ARGV[4])
  redis.call('ZREM', KEYS[5], ARGV[4])
  redis.call('HSET', KEYS[6], 'state', 'waiting')
  redis.call('HDEL', KEYS[6], 'offer_id', 'agent_id', 'agent_leg_id')
end
redis.call('HSET', KEYS[2], 'state', 'available', 'since', since)
redis.call('HINCRBY', KEYS[2], 'miss_count', ARGV[6])
redis.call('HDEL', KEYS[2], 'call_id', 'offer_id', 'queue', 'leg_id')
redis.call('ZREM', KEYS[3], ARGV[1])
if tonumber(ARGV[7]) > 0 then
  redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[7]), ARGV[1])
else
  for i = 7, #KEYS do redis.call('ZADD', KEYS[i], since, ARGV[1]) end
end
return answer('done')
