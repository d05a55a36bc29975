-- enrol.lua: an agent becomes known with these posts; one already known keeps the state.
--
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
-- include _free.lua
--
-- KEYS[1] hash   the agent
-- KEYS[2] set    all agents
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] stream the changes of agents
-- KEYS[5...]     of each post before zsets, free agents: agent_id -> place, then of each sets,
--                staffed agents; then the same of the posts from now on
-- ARGV[1] agent_id   ARGV[2] the posts before, '' if unknown   ARGV[3] the posts from now on
-- ARGV[4] name   ARGV[5] how many posts before   ARGV[6] the queues chosen, JSON; '' for none
-- ARGV[7] reason, '' if nobody is to be told   ARGV[8] actor   ARGV[9] note
--
-- Returns 'enrolled' | 'outdated' (the agent had other posts: changes nothing)
local agent = read_agent(ARGV[1], KEYS[1], KEYS[3], KEYS[4])
if (agent.posts or '') ~= ARGV[2] then return 'outdated' end
local chosen = redis.call('HGET', KEYS[1], 'chosen') or ''
redis.call('HSET', KEYS[1], 'posts', ARGV[3], 'name', ARGV[4])
if ARGV[6] == '' then
  redis.call('HDEL', KEYS[1], 'chosen')
else
  redis.call('HSET', KEYS[1], 'chosen', ARGV[6])
end
if not agent.state then
  agent.state = 'logged_out'
  redis.call('HSET', KEYS[1], 'state', 'logged_out', 'since', 0, 'miss_count', 0)
  redis.call('SADD', KEYS[2], ARGV[1])
end
local first = 5 + 2 * ARGV[5]
for i = 5, 4 + ARGV[5] do redis.call('ZREM', KEYS[i], ARGV[1]) end
for i = 5 + ARGV[5], first - 1 do redis.call('SREM', KEYS[i], ARGV[1]) end
if agent.state == 'available' and not redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  make_free(agent, ARGV[3], first)
end
if agent.state ~= 'logged_out' and agent.state ~= 'on_break' then
  for i = (first + #KEYS + 1) / 2, #KEYS do redis.call('SADD', KEYS[i], ARGV[1]) end
end
local is_new = ARGV[2] ~= ARGV[3] or chosen ~= ARGV[6]
if ARGV[7] ~= '' and is_new then tell(agent, agent.state, why_at(7)) end
return 'enrolled'
