-- wake.lua: an agent whose rest after a miss is over may be asked again.
--
-- Repeated it answers the same. A rest that is far from over is left alone: it may be a later one
-- than the one whose end was seen.
--
-- include _clock.lua
-- include _agent.lua
-- include _free.lua
--
-- KEYS[1] hash   the agent
-- KEYS[2] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[3...]     zsets, free agents of each of the agent's posts: agent_id -> place
-- ARGV[1] agent_id   ARGV[2] the posts KEYS[3...] belong to
-- ARGV[3] how early a rest may be ended, microseconds
--
-- Returns 'awake' | 'held' (rests no more, but is not to be asked) | 'asleep' (still rests, or is
--   not available) | 'outdated' (other posts); the last two change nothing
local agent = read_agent(ARGV[1], KEYS[1], KEYS[2])
if agent.state ~= 'available' then return 'asleep' end
local until_at = redis.call('ZSCORE', KEYS[2], ARGV[1])
if until_at then
  if tonumber(until_at) > instant + ARGV[3] then return 'asleep' end
  if agent.posts ~= ARGV[2] then return 'outdated' end
  redis.call('ZREM', KEYS[2], ARGV[1])
  make_free(agent, ARGV[2], 3)
end
if agent.holds then return 'held' end
return 'awake'
