-- extend_wrap_up.lua: a wrap-up lasts longer, up to a limit from its beginning.
--
-- include _answer.lua
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] stream the changes of agents
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] by how much, microseconds   ARGV[4] the longest wrap-up, microseconds
-- ARGV[5] reason   ARGV[6] actor   ARGV[7] note
--
-- Returns 'done' | 'already' (lasts so long) | 'refused' | 'unknown_agent'
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
if not agent.state then return answer('unknown_agent') end
local until_at = redis.call('ZSCORE', KEYS[3], ARGV[2])
if agent.state ~= 'wrapping_up' or not until_at then return answer('refused') end
local latest = agent.since + ARGV[4]
if tonumber(until_at) >= latest then return answer('already') end
redis.call('ZADD', KEYS[3], digits(math.min(until_at + ARGV[3], latest)), ARGV[2])
redis.call('HSET', KEYS[2], 'was_extended', 1)
tell(agent, agent.state, why_at(5))
return answer('done')
