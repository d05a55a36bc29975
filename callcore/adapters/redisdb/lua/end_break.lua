-- end_break.lua: an agent on a break becomes available; misses count from here.
--
-- For one who is there a wish for a break is taken back.
--
-- include _answer.lua
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
-- include _free.lua
-- include _settle.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] stream the changes of agents
-- KEYS[5...]     of each of the agent's posts zsets, free agents: agent_id -> place; then of each
--                sets, staffed agents
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[5...] belong to   ARGV[4] a random number below 2^42
-- ARGV[5] reason   ARGV[6] actor   ARGV[7] note
--
-- Returns 'done' | 'already' | 'cancelled' | 'refused' | 'unknown_agent' |
--   'outdated' (other posts: changes nothing)
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
if not agent.state then return answer('unknown_agent') end
if agent.state == 'logged_out' then return answer('refused') end
if agent.state ~= 'on_break' then
  if take_back(agent, 'on_break') then return answer('cancelled') end
  return answer('already')
end
if agent.posts ~= ARGV[3] then return 'outdated' end
redis.call('HSET', KEYS[2], 'miss_count', 0)
local to = why_at(5)
to.state, to.draw = 'available', ARGV[4]
settle(agent, to, ARGV[3], 5)
return answer('done')
