-- log_out.lua: an agent leaves the floor, after the call if there is one.
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
-- ARGV[3] the posts KEYS[5...] belong to   ARGV[4] what to do, JSON as in _settle.lua
--
-- Returns 'done' | 'already' | 'wished' | 'unknown_agent' |
--   'outdated' (other posts: changes nothing)
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
if not agent.state then return answer('unknown_agent') end
if agent.state == 'logged_out' then return answer('already') end
if holds_call(agent) then
  redis.call('HSET', KEYS[2], 'wish', ARGV[4])
  return answer('wished')
end
if agent.posts ~= ARGV[3] then return 'outdated' end
settle(agent, cjson.decode(ARGV[4]), ARGV[3], 5)
return answer('done')
