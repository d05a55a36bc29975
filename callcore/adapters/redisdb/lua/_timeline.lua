-- _timeline.lua: begins scripts that change agents: a line in the timeline of one.
--
-- The agent is as it is from now on, but with the offer that ends. No text stands for nothing;
-- ports/timelines.py says what the fields mean.
local function why_at(first)
  return {reason = ARGV[first], actor = ARGV[first + 1], note = ARGV[first + 2]}
end

local function tell(agent, before, why)
  redis.call('XADD', agent.changes, '*', 'agent_id', agent.id, 'at', now, 'before', before,
    'state', agent.state, 'reason', why.reason, 'actor', why.actor or 'callcore',
    'note', why.note or '', 'break_code', agent.break_code or '', 'holds', agent.holds or '',
    'queue', agent.queue or '', 'call_id', agent.call_id or '', 'offer_id', agent.offer_id or '')
end

-- The further fields of the hash are name, value, ...
local function enter(agent, state, why, ...)
  local before = agent.state
  agent.state = state
  redis.call('HSET', agent.key, 'state', state, 'since', now, 'reason', why.reason,
    'actor', why.actor or 'callcore', ...)
  tell(agent, before, why)
end
