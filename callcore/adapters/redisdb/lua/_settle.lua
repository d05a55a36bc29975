-- _settle.lua: begins scripts after which agents hold no call: what they do then.
--
-- KEYS from 'first' on are of each of the agent's posts the free agents, then of each the staffed.
-- What to do has the fields state, break_code and most (how long it may last, microseconds), those
-- of 'why', rest_until (how long the agent is not asked) and draw (a random number below 2^42). So
-- has a wish, in JSON.
local function holds_call(agent)
  return agent.state == 'reserved' or agent.state == 'ringing' or agent.state == 'talking'
end

local function is_absent(state) return state == 'logged_out' or state == 'on_break' end

local function settle(agent, to, posts, first)
  local before, staffed = agent.state, first + (#KEYS - first + 1) / 2
  local until_at = to.most and after(to.most) or to.rest_until
  redis.call('HDEL', agent.key, 'call_id', 'offer_id', 'queue', 'leg_id', 'wish', 'was_extended',
    'break_code', 'is_overrun', 'answer_micros', 'served_priority')
  if to.state == 'logged_out' then redis.call('HDEL', agent.key, 'chosen') end
  agent.break_code = to.break_code
  if to.break_code then redis.call('HSET', agent.key, 'break_code', to.break_code) end
  enter(agent, to.state, to, 'draw', to.draw or 0)
  if until_at then
    redis.call('ZADD', agent.leases, until_at, agent.id)
  else
    redis.call('ZREM', agent.leases, agent.id)
  end
  if before == 'available' then
    for i = first, staffed - 1 do redis.call('ZREM', KEYS[i], agent.id) end
  end
  if is_absent(to.state) ~= is_absent(before) then
    local change = is_absent(to.state) and 'SREM' or 'SADD'
    for i = staffed, #KEYS do redis.call(change, KEYS[i], agent.id) end
  end
  if to.state == 'available' and not until_at then make_free(agent, posts, first) end
end

-- How long the call has kept the agent, how long it took until they talked and with which priority,
-- in words: microseconds, '-' for what is not known or was not.
local function kept(agent)
  local offered_at = redis.call('HGET', agent.key, 'offered_at:' .. (agent.queue or ''))
  local served = redis.call('HMGET', agent.key, 'answer_micros', 'served_priority')
  local seconds = offered_at and digits(math.max(instant - offered_at, 0)) or '-'
  return table.concat({seconds, served[1] or '-', served[2] or '-'}, ' ')
end

-- After a call: what was wished, or else what would be. Returns what became of it, in words.
local function go_on(agent, to, posts, first)
  local is_wish, was_extended = 0, redis.call('HEXISTS', agent.key, 'was_extended')
  if agent.wish then to, is_wish = cjson.decode(agent.wish), 1 end
  local words = {to.state, is_wish, was_extended, kept(agent), to.break_code or ''}
  settle(agent, to, posts, first)
  return table.concat(words, ' ')
end

-- True if the agent had wished for that, and does not any more.
local function take_back(agent, state)
  local is_wished = agent.wish and cjson.decode(agent.wish).state == state
  if is_wished then redis.call('HDEL', agent.key, 'wish') end
  return is_wished
end
