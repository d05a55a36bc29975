-- reserve.lua: a free agent is promised to a caller, if both may still be.
--
-- The caller waits; for an additional offer others may ring already.
--
-- include _answer.lua
-- include _clock.lua
--
-- KEYS[1] string the answer to this offer's reservation
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] zset   the queue's callers who wait: call_id -> score
-- KEYS[5] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[6] hash   the call
-- KEYS[7] zset   free agents of the queue: agent_id -> place
-- KEYS[8...]     zsets, free agents of each of the agent's posts
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[8...] belong to   ARGV[4] call_id   ARGV[5] offer_id   ARGV[6] queue
-- ARGV[7] leg_id   ARGV[8] lease, microseconds   ARGV[9] 1 if additional
--
-- Returns 'reserved' | 'caller_gone' | 'agent_busy' | 'outdated' (other posts: changes nothing)
local score = redis.call('ZSCORE', KEYS[4], ARGV[4])
local rings = not score and ARGV[9] == '1' and redis.call('ZSCORE', KEYS[5], ARGV[4])
if not score and not rings then return answer('caller_gone') end
local agent = redis.call('HMGET', KEYS[2], 'state', 'posts')
local is_free = agent[1] == 'available' and redis.call('ZSCORE', KEYS[7], ARGV[2])
if not is_free then return answer('agent_busy') end
if agent[2] ~= ARGV[3] then return 'outdated' end
if score then
  redis.call('ZREM', KEYS[4], ARGV[4])
  redis.call('ZADD', KEYS[5], score, ARGV[4])
end
local offers = cjson.decode(redis.call('HGET', KEYS[6], 'offers') or '[]')
table.insert(offers, {ARGV[5], ARGV[2], ARGV[7]})
redis.call('HSET', KEYS[6], 'state', 'offered', 'offers', cjson.encode(offers))
for i = 8, #KEYS do redis.call('ZREM', KEYS[i], ARGV[2]) end
redis.call('HSET', KEYS[2], 'state', 'reserved', 'since', now, 'call_id', ARGV[4],
  'offer_id', ARGV[5], 'queue', ARGV[6], 'leg_id', ARGV[7], 'offered_at:' .. ARGV[6], now)
redis.call('ZADD', KEYS[3], after(ARGV[8]), ARGV[2])
return answer('reserved')
