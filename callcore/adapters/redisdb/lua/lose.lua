-- lose.lua: an offer ends without a conversation; agent and caller are free of each other.
--
-- include _answer.lua
-- include _clock.lua
-- include _free.lua
--
-- KEYS[1] string the answer to this offer's loss
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] zset   the queue's callers who wait: call_id -> score
-- KEYS[5] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[6] hash   the call
-- KEYS[7...]     zsets, free agents of each of the agent's posts: agent_id -> place
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[7...] belong to   ARGV[4] call_id   ARGV[5] offer_id
-- ARGV[6] misses to add, 0 or 1   ARGV[7] rest, microseconds   ARGV[8] 1 if the caller waits on
-- ARGV[9] a random number below 2^42
--
-- Returns 'done' | 'stale' (the agent has another offer) | 'outdated' (other posts); the last
-- two change nothing
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id', 'posts')
local is_held = agent[2] == ARGV[5] and (agent[1] == 'reserved' or agent[1] == 'ringing')
if not is_held then return answer('stale') end
if agent[3] ~= ARGV[3] then return 'outdated' end
local offers, others = cjson.decode(redis.call('HGET', KEYS[6], 'offers') or '[]'), {}
for _, offer in ipairs(offers) do
  if offer[1] ~= ARGV[5] then table.insert(others, offer) end
end
if #others > 0 then
  redis.call('HSET', KEYS[6], 'offers', cjson.encode(others))
elseif #offers > 0 then
  redis.call('HDEL', KEYS[6], 'offers')
  if ARGV[8] == '1' then
    redis.call('ZADD', KEYS[4], redis.call('ZSCORE', KEYS[5], ARGV[4]), ARGV[4])
    redis.call('ZREM', KEYS[5], ARGV[4])
    redis.call('HSET', KEYS[6], 'state', 'waiting')
  end
end
redis.call('HSET', KEYS[2], 'state', 'available', 'since', now, 'draw', ARGV[9])
redis.call('HINCRBY', KEYS[2], 'miss_count', ARGV[6])
redis.call('HDEL', KEYS[2], 'call_id', 'offer_id', 'queue', 'leg_id')
redis.call('ZREM', KEYS[3], ARGV[2])
if tonumber(ARGV[7]) > 0 then
  redis.call('ZADD', KEYS[3], after(ARGV[7]), ARGV[2])
else
  make_free(KEYS[2], ARGV[2], ARGV[3], 7)
end
return answer('done')
