-- reserve.lua: a free agent is promised to a caller, if both may still be.
--
-- The caller waits; for an additional offer others may ring already.
--
-- include _answer.lua
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
--
-- KEYS[1] string the answer to this offer's reservation
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] stream the changes of agents
-- KEYS[5] zset   the queue's callers who wait: call_id -> score
-- KEYS[6] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[7] hash   the call
-- KEYS[8] zset   free agents of the queue: agent_id -> place
-- KEYS[9] zset   the queue's promises that wait and are not due: call_id -> score
-- KEYS[10...]    zsets, free agents of each of the agent's posts
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[10...] belong to   ARGV[4] call_id   ARGV[5] offer_id   ARGV[6] queue
-- ARGV[7] leg_id   ARGV[8] lease, microseconds   ARGV[9] 1 if additional
--
-- Returns 'reserved' | 'caller_gone' | 'agent_busy' | 'outdated' (other posts: changes nothing)
local score = redis.call('ZSCORE', KEYS[5], ARGV[4])
local rings = not score and ARGV[9] == '1' and redis.call('ZSCORE', KEYS[6], ARGV[4])
if not score and not rings then return answer('caller_gone') end
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
local is_free = agent.state == 'available' and redis.call('ZSCORE', KEYS[8], ARGV[2])
if not is_free then return answer('agent_busy') end
if agent.posts ~= ARGV[3] then return 'outdated' end
if score then
  redis.call('ZREM', KEYS[5], ARGV[4])
  redis.call('ZREM', KEYS[9], ARGV[4])
  redis.call('ZADD', KEYS[6], score, ARGV[4])
end
local offers = cjson.decode(redis.call('HGET', KEYS[7], 'offers') or '[]')
table.insert(offers, {ARGV[5], ARGV[2], ARGV[7]})
redis.call('HSET', KEYS[7], 'state', 'offered', 'offers', cjson.encode(offers),
  'last_offered', ARGV[2])
for i = 10, #KEYS do redis.call('ZREM', KEYS[i], ARGV[2]) end
agent.call_id, agent.offer_id, agent.queue = ARGV[4], ARGV[5], ARGV[6]
enter(agent, 'reserved', {reason = 'offered'}, 'call_id', ARGV[4], 'offer_id', ARGV[5],
  'queue', ARGV[6], 'leg_id', ARGV[7], 'offered_at:' .. ARGV[6], now)
redis.call('ZADD', KEYS[3], after(ARGV[8]), ARGV[2])
return answer('reserved')
