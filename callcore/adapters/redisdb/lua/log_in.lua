-- log_in.lua: a logged-out agent becomes available; what was talked counts from here.
--
-- include _answer.lua
-- include _clock.lua
-- include _free.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4...]     of each of the agent's posts zsets, free agents: agent_id -> place; then of each
--                sets, staffed agents
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[4...] belong to   ARGV[4] a random number below 2^42
--
-- Returns 'done' | 'already' | 'unknown_agent' | 'outdated' (other posts: changes nothing)
local agent = redis.call('HMGET', KEYS[2], 'state', 'posts')
local state = agent[1]
if not state then return answer('unknown_agent') end
if state ~= 'logged_out' then return answer('already') end
if agent[2] ~= ARGV[3] then return 'outdated' end
redis.call('HSET', KEYS[2], 'state', 'available', 'since', now, 'draw', ARGV[4],
  'talk_micros', 0, 'talk_count', 0)
make_free(KEYS[2], ARGV[2], ARGV[3], 4)
for i = 4 + (#KEYS - 3) / 2, #KEYS do redis.call('SADD', KEYS[i], ARGV[2]) end
return answer('done')
