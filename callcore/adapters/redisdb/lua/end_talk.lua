-- end_talk.lua: a conversation is over; the agent wraps up or goes on, the call has ended.
--
-- include _answer.lua
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
-- include _free.lua
-- include _settle.lua
--
-- KEYS[1] string the answer to the end of this offer's conversation
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] stream the changes of agents
-- KEYS[5] hash   the call
-- KEYS[6...]     of each of the agent's posts zsets, free agents: agent_id -> place; then of each
--                sets, staffed agents
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[6...] belong to   ARGV[4] offer_id   ARGV[5] wrap-up, microseconds
-- ARGV[6] a random number below 2^42
--
-- Returns 'done <state> <1 if wished> <1 if the wrap-up was extended> <as _settle.lua says: how long
--   kept, how long until they talked, priority> <break code>' |
--   'stale' (they do not talk) | 'outdated' (other posts); the last two change nothing
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
if agent.state ~= 'talking' or agent.offer_id ~= ARGV[4] then return answer('stale') end
if agent.posts ~= ARGV[3] then return 'outdated' end
local call = redis.call('HMGET', KEYS[5], 'state', 'offer_id', 'own_priority')
if call[1] == 'talking' and call[2] == ARGV[4] then
  redis.call('HSET', KEYS[5], 'state', 'ended', 'ended_at', now)
end
redis.call('HINCRBY', KEYS[2], 'talk_micros', digits(math.max(instant - agent.since, 0)))
redis.call('HINCRBY', KEYS[2], 'talk_count', 1)
local offered_at = redis.call('HGET', KEYS[2], 'offered_at:' .. agent.queue)
if offered_at then
  redis.call('HSET', KEYS[2], 'answer_micros', digits(math.max(agent.since - offered_at, 0)),
    'served_priority', call[3] or 0)
end
local to = {reason = 'talk_ended', state = 'available', draw = ARGV[6]}
if tonumber(ARGV[5]) == 0 then return answer('done ' .. go_on(agent, to, ARGV[3], 6)) end
enter(agent, 'wrapping_up', to)
redis.call('ZADD', KEYS[3], after(ARGV[5]), ARGV[2])
return answer('done wrapping_up 0 0 - - - ')
