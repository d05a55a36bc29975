-- win.lua: caller and agent talk; the lease ends, the caller no longer waits.
--
-- Whoever else the caller is promised to stays promised until that offer is lost.
--
-- include _answer.lua
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
--
-- KEYS[1] string the answer to this offer's win
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] stream the changes of agents
-- KEYS[5] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[6] hash   the call
-- KEYS[7] set    the queue's promises that are not kept yet: call_id
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id   ARGV[3] call_id
-- ARGV[4] offer_id   ARGV[5] bridged_at, microseconds
--
-- Returns 'done' | 'stale' (the agent has another offer, or the caller has left or talks)
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
local is_open = agent.state == 'reserved' or agent.state == 'ringing'
if not is_open or agent.offer_id ~= ARGV[4] then return answer('stale') end
local leg_id
for _, offer in ipairs(cjson.decode(redis.call('HGET', KEYS[6], 'offers') or '[]')) do
  if offer[1] == ARGV[4] then leg_id = offer[3] end
end
if not leg_id then return answer('stale') end
redis.call('ZREM', KEYS[5], ARGV[3])
redis.call('SREM', KEYS[7], ARGV[3])
redis.call('HDEL', KEYS[6], 'offers', 'is_deferred')
redis.call('HSET', KEYS[6], 'state', 'talking', 'bridged_at', ARGV[5], 'offer_id', ARGV[4],
  'agent_id', ARGV[2], 'agent_leg_id', leg_id)
enter(agent, 'talking', {reason = 'bridged'}, 'miss_count', 0)
redis.call('ZREM', KEYS[3], ARGV[2])
return answer('done')
