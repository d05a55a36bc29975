-- mark_ringing.lua: the phone of the agent an offer is for rings; the lease begins anew.
--
-- Repeated while it rings it renews the lease; once they talk it changes nothing.
--
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
--
-- KEYS[1] hash   the agent
-- KEYS[2] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[3] stream the changes of agents
-- ARGV[1] agent_id   ARGV[2] offer_id   ARGV[3] lease, microseconds
--
-- Returns 'done' | 'stale'
local agent = read_agent(ARGV[1], KEYS[1], KEYS[2], KEYS[3])
if agent.offer_id ~= ARGV[2] then return 'stale' end
if agent.state == 'talking' then return 'done' end
if agent.state ~= 'reserved' and agent.state ~= 'ringing' then return 'stale' end
if agent.state == 'reserved' then enter(agent, 'ringing', {reason = 'ringing'}) end
redis.call('ZADD', KEYS[2], after(ARGV[3]), ARGV[1])
return 'done'
