-- reserve.lua: one free agent is promised to one waiting caller, if both are still free.
--
-- KEYS[1] string the answer to this offer's reservation
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] zset   the queue's callers who wait: call_id -> score
-- KEYS[5] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[6] hash   the call
-- KEYS[7] zset   free agents of the queue: agent_id -> free since
-- KEYS[8...]     zsets, free agents of each of the agent's queues
-- ARGV[1] agent_id   ARGV[2] the queues KEYS[8...] belong to
-- ARGV[3] how long to remember the answer, seconds   ARGV[4] call_id   ARGV[5] offer_id
-- ARGV[6] queue   ARGV[7] leg_id   ARGV[8] lease, microseconds
--
-- Returns 'reserved' | 'caller_gone' | 'agent_busy' | 'outdated' (other queues: changes nothing)
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[3])
  return word
end
local score = redis.call('ZSCORE', KEYS[4], ARGV[4])
if not score then return answer('caller_gone') end
local agent = redis.call('HMGET', KEYS[2], 'state', 'queues')
local is_free = agent[1] == 'available' and redis.call('ZSCORE', KEYS[7], ARGV[1])
if not is_free then return answer('agent_busy') end
if agent[2] ~= ARGV[2] then return 'outdated' end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREM', KEYS[4], ARGV[4])
redis.call('ZADD', KEYS[5], score, ARGV[4])
redis.call('HSET', KEYS[6], 'state', 'offered', 'offer_id', ARGV[5], 'agent_id', ARGV[1],
  'agent_leg_id', ARGV[7])
for i = 8, #KEYS do redis.call('ZREM', KEYS[i], ARGV[1]) end
redis.call('HSET', KEYS[2], 'state', 'reserved', 'since', string.format('%.0f', now),
  'call_id', ARGV[4], 'offer_id', ARGV[5], 'queue', ARGV[6], 'leg_id', ARGV[7])
redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[8]), ARGV[1])
return answer('reserved')
