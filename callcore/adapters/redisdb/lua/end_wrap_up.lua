-- end_wrap_up.lua: the agent who wraps up after an offer becomes available.
--
-- include _answer.lua
-- include _clock.lua
-- include _free.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4...]     zsets, free agents of each of the agent's posts: agent_id -> place
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[4...] belong to   ARGV[4] offer_id   ARGV[5] a random number below 2^42
--
-- Returns 'done' | 'stale' (does not wrap up after it) | 'outdated' (other posts); the last two
-- change nothing
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id', 'posts')
if agent[1] ~= 'wrapping_up' or agent[2] ~= ARGV[4] then return answer('stale') end
if agent[3] ~= ARGV[3] then return 'outdated' end
redis.call('HSET', KEYS[2], 'state', 'available', 'since', now, 'draw', ARGV[5])
redis.call('HDEL', KEYS[2], 'call_id', 'offer_id', 'queue', 'leg_id')
redis.call('ZREM', KEYS[3], ARGV[2])
make_free(KEYS[2], ARGV[2], ARGV[3], 4)
return answer('done')
