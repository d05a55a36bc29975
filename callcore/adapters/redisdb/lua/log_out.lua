-- log_out.lua: an agent whom nobody is promised to leaves the floor.
--
-- include _answer.lua
-- include _clock.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4...]     of each of the agent's posts zsets, free agents: agent_id -> place; then of each
--                sets, staffed agents
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[4...] belong to
--
-- Returns 'done' | 'already' | 'refused' |
--   'unknown_agent' | 'outdated' (other posts: changes nothing)
local agent = redis.call('HMGET', KEYS[2], 'state', 'posts')
local state = agent[1]
if not state then return answer('unknown_agent') end
if state == 'logged_out' then return answer('already') end
if state ~= 'available' and state ~= 'wrapping_up' and state ~= 'on_break' then
  return answer('refused')
end
if agent[2] ~= ARGV[3] then return 'outdated' end
redis.call('HSET', KEYS[2], 'state', 'logged_out', 'since', now)
redis.call('HDEL', KEYS[2], 'call_id', 'offer_id', 'queue', 'leg_id')
redis.call('ZREM', KEYS[3], ARGV[2])
local staffed = 4 + (#KEYS - 3) / 2
for i = 4, staffed - 1 do redis.call('ZREM', KEYS[i], ARGV[2]) end
for i = staffed, #KEYS do redis.call('SREM', KEYS[i], ARGV[2]) end
return answer('done')
