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
-- ARGV[6] the shards in which calls outside callcore began, ARGV[7] those in which they ended: words
--
-- Returns 'done' | 'already' | 'unknown_agent' | 'outdated' (other posts: changes nothing)
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
if not agent.state then return answer('unknown_agent') end
if agent.posts ~= ARGV[3] then return 'outdated' end

-- Who follows a shard tells of its calls only, and ends none of another shard.
local outside = {}
if ARGV[6] ~= '' or ARGV[7] ~= '' then
  local is_there = {}
  local before = redis.call('HGET', KEYS[2], 'outside') or ''
  for word in (before .. ' ' .. ARGV[6]):gmatch('%S+') do is_there[word] = true end
  for word in ARGV[7]:gmatch('%S+') do is_there[word] = nil end
  for word in pairs(is_there) do table.insert(outside, word) end
  table.sort(outside)
  if #outside > 0 then
    redis.call('HSET', KEYS[2], 'outside', table.concat(outside, ' '))
  else
    redis.call('HDEL', KEYS[2], 'outside')
  end
else
  outside = {redis.call('HGET', KEYS[2], 'outside') or nil}
end
local reasons = {}
for word in ARGV[4]:gmatch('%S+') do
  if word ~= 'outside_call' or #outside == 0 then table.insert(reasons, word) end
end
if #outside > 0 then table.insert(reasons, 'outside_call') end
table.sort(reasons)
local holds = table.concat(reasons, ' ')

if (agent.holds or '') == holds then return answer('already') end
agent.holds = holds ~= '' and holds
if agent.holds then
  redis.call('HSET', KEYS[2], 'holds', holds)
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
