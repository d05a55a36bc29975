-- log_in.lua: a logged-out agent becomes available; what was talked and missed counts from here.
--
-- For one who is there a wish to go is taken back.
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
-- ARGV[3] the posts KEYS[5...] belong to   ARGV[4] 1 if the agent gets these posts with the login
-- ARGV[5] the queues chosen, JSON; '' for none, which without posts keeps those known
-- ARGV[6] a random number below 2^42   ARGV[7] reason   ARGV[8] actor   ARGV[9] note
--
-- Returns 'done' | 'already' | 'cancelled' | 'unknown_agent' |
--   'outdated' (other posts: changes nothing)
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
if not agent.state then return answer('unknown_agent') end
if agent.state ~= 'logged_out' then
  local was_wished = take_back(agent, 'logged_out') or take_back(agent, 'on_break')
  if was_wished then return answer('cancelled') end
  return answer('already')
end
if ARGV[4] == '0' and agent.posts ~= ARGV[3] then return 'outdated' end
redis.call('HSET', KEYS[2], 'posts', ARGV[3], 'talk_micros', 0, 'talk_count', 0, 'miss_count', 0)
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[2], 'chosen', ARGV[5])
elseif ARGV[4] == '1' then
  redis.call('HDEL', KEYS[2], 'chosen')
end
local to = why_at(7)
to.state, to.draw = 'available', ARGV[6]
settle(agent, to, ARGV[3], 5)
return answer('done')
