-- hold.lua: why an agent is not to be asked, in place of what was said before.
--
-- include _answer.lua
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
-- include _free.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] stream the changes of agents
-- KEYS[5...]     zsets, free agents of each of the agent's posts: agent_id -> place
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[5...] belong to   ARGV[4] the reasons, '' for none
-- ARGV[5] a random number below 2^42
--
-- Returns 'done' | 'already' | 'unknown_agent' | 'outdated' (other posts: changes nothing)
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
if not agent.state then return answer('unknown_agent') end
local was_held = agent.holds
if (was_held or '') == ARGV[4] then return answer('already') end
if agent.posts ~= ARGV[3] then return 'outdated' end
agent.holds = ARGV[4] ~= '' and ARGV[4]
if agent.holds then
  redis.call('HSET', KEYS[2], 'holds', ARGV[4])
  for i = 5, #KEYS do redis.call('ZREM', KEYS[i], ARGV[2]) end
else
  redis.call('HDEL', KEYS[2], 'holds')
  if agent.state == 'available' and not redis.call('ZSCORE', KEYS[3], ARGV[2]) then
    redis.call('HSET', KEYS[2], 'draw', ARGV[5])
    make_free(agent, ARGV[3], 5)
  end
end
tell(agent, agent.state, {reason = 'holds_changed'})
return answer('done')
