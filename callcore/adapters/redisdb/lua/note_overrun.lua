-- note_overrun.lua: a break has become longer than its code allows; it goes on.
--
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
--
-- KEYS[1] hash   the agent
-- KEYS[2] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[3] stream the changes of agents
-- ARGV[1] agent_id
--
-- Returns 'noted' | 'not_overrun' (or noted before)
local agent = read_agent(ARGV[1], KEYS[1], KEYS[2], KEYS[3])
local until_at = redis.call('ZSCORE', KEYS[2], ARGV[1])
local is_over = until_at and tonumber(until_at) <= instant
if agent.state ~= 'on_break' or not is_over then return 'not_overrun' end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[1], 'is_overrun', 1)
tell(agent, agent.state, {reason = 'break_overrun'})
return 'noted'
