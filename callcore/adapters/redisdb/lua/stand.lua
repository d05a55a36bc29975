-- stand.lua: the line on which an agent stays connected.
--
-- KEYS[1] hash   the agent
-- ARGV[1] the line, JSON; '' for none
--
-- Returns 'done' | 'already' | 'unknown_agent'
local agent = redis.call('HMGET', KEYS[1], 'posts', 'standing_leg')
if not agent[1] then return 'unknown_agent' end
if (agent[2] or '') == ARGV[1] then return 'already' end
if ARGV[1] == '' then
  redis.call('HDEL', KEYS[1], 'standing_leg')
else
  redis.call('HSET', KEYS[1], 'standing_leg', ARGV[1])
end
return 'done'
