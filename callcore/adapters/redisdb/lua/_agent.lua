-- _agent.lua: begins scripts about agents: reads one.
--
-- What the hash does not have is false.
local AGENT_FIELDS = {'state', 'since', 'posts', 'call_id', 'offer_id', 'queue', 'miss_count',
  'holds', 'break_code', 'wish'}
local function read_agent(agent_id, key, leases, changes)
  local agent = {id = agent_id, key = key, leases = leases, changes = changes}
  for i, value in ipairs(redis.call('HMGET', key, unpack(AGENT_FIELDS))) do
    agent[AGENT_FIELDS[i]] = value
  end
  return agent
end
