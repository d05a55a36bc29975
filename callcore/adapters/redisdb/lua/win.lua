-- win.lua: caller and agent talk; the lease ends, the caller no longer waits.
--
-- KEYS[1] string the answer to this offer's win
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[5] hash   the call
-- ARGV[1] agent_id   ARGV[2] how long to remember the answer, seconds   ARGV[3] call_id
-- ARGV[4] offer_id   ARGV[5] bridged_at, microseconds
--
-- Returns 'done' | 'stale' (the agent has another offer, or the caller has left)
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[2])
  return word
end
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id')
local is_held = agent[2] == ARGV[4] and (agent[1] == 'reserved' or agent[1] == 'ringing')
if not is_held then return answer('stale') end
local call = redis.call('HMGET', KEYS[5], 'state', 'offer_id')
if call[1] ~= 'offered' or call[2] ~= ARGV[4] then return answer('stale') end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000000 + time[2])
redis.call('ZREM', KEYS[4], ARGV[3])
redis.call('HSET', KEYS[5], 'state', 'talking', 'bridged_at', ARGV[5])
redis.call('HSET', KEYS[2], 'state', 'talking', 'since', now, 'miss_count', 0)
redis.call('ZREM', KEYS[3], ARGV[1])
return answer('done')
