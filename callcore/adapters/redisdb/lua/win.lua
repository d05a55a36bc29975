-- win.lua: caller and agent talk; the lease ends, the caller no longer waits.
--
-- Whoever else the caller is promised to stays promised until that offer is lost.
--
-- include _answer.lua
-- include _clock.lua
--
-- KEYS[1] string the answer to this offer's win
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[5] hash   the call
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id   ARGV[3] call_id
-- ARGV[4] offer_id   ARGV[5] bridged_at, microseconds
--
-- Returns 'done' | 'stale' (the agent has another offer, or the caller has left or talks)
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id')
local is_held = agent[2] == ARGV[4] and (agent[1] == 'reserved' or agent[1] == 'ringing')
if not is_held then return answer('stale') end
local leg_id
for _, offer in ipairs(cjson.decode(redis.call('HGET', KEYS[5], 'offers') or '[]')) do
  if offer[1] == ARGV[4] then leg_id = offer[3] end
end
if not leg_id then return answer('stale') end
redis.call('ZREM', KEYS[4], ARGV[3])
redis.call('HDEL', KEYS[5], 'offers')
redis.call('HSET', KEYS[5], 'state', 'talking', 'bridged_at', ARGV[5], 'offer_id', ARGV[4],
  'agent_id', ARGV[2], 'agent_leg_id', leg_id)
redis.call('HSET', KEYS[2], 'state', 'talking', 'since', now, 'miss_count', 0)
redis.call('ZREM', KEYS[3], ARGV[2])
return answer('done')
