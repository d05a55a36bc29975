-- end_wrap_up.lua: the agent who wraps up after an offer goes on.
--
-- Without a reason given only if the time is over: the wrap-up may have been extended since.
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
-- ARGV[3] the posts KEYS[5...] belong to   ARGV[4] offer_id   ARGV[5] a random number below 2^42
-- ARGV[6] how early it may be ended without a reason, microseconds
-- ARGV[7] reason, '' if none is given   ARGV[8] actor   ARGV[9] note
--
-- Returns 'done <state> <1 if wished> <1 if the wrap-up was extended> <as _settle.lua says: how long
--   kept, how long until they talked, priority> <break code>' |
--   'stale' (does not wrap up after it, or not so long yet) | 'outdated' (other posts); the last
--   two change nothing
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
if agent.state ~= 'wrapping_up' or agent.offer_id ~= ARGV[4] then return answer('stale') end
local to = why_at(7)
if to.reason == '' then
  local until_at = redis.call('ZSCORE', KEYS[3], ARGV[2])
  if until_at and tonumber(until_at) > instant + ARGV[6] then return answer('stale') end
  to = {reason = 'wrap_up_ended'}
end
if agent.posts ~= ARGV[3] then return 'outdated' end
to.state, to.draw = 'available', ARGV[5]
return answer('done ' .. go_on(agent, to, ARGV[3], 5))
