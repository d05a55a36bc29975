-- lose.lua: an offer ends without a conversation; agent and caller are free of each other.
--
-- include _answer.lua
-- include _clock.lua
-- include _agent.lua
-- include _timeline.lua
-- include _free.lua
-- include _settle.lua
--
-- KEYS[1] string the answer to this offer's loss
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] stream the changes of agents
-- KEYS[5] zset   the queue's callers who wait: call_id -> score
-- KEYS[6] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[7] hash   the call
-- KEYS[8] zset   the queue's promises that wait and are not due: call_id -> score
-- KEYS[9...]     of each of the agent's posts zsets, free agents: agent_id -> place; then of each
--                sets, staffed agents
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[9...] belong to   ARGV[4] call_id   ARGV[5] offer_id
-- ARGV[6] reason   ARGV[7] misses to add, 0 or 1   ARGV[8] rest, microseconds
-- ARGV[9] 1 if the caller waits on   ARGV[10] a random number below 2^42
-- ARGV[11] with how many misses the agent takes a break, 0: never   ARGV[12] the code of that break
-- ARGV[13] what the call's record has of the offer, one line; '' if nothing   ARGV[14] how many such
-- lines a call keeps
--
-- Returns 'done <state> <1 if wished> <1 if the wrap-up was extended> <as _settle.lua says: how long
--   kept, how long until they talked, priority> <break code>' |
--   'stale' (the agent has another offer) | 'outdated' (other posts); the last two change nothing
local agent = read_agent(ARGV[2], KEYS[2], KEYS[3], KEYS[4])
local is_open = agent.state == 'reserved' or agent.state == 'ringing'
if not is_open or agent.offer_id ~= ARGV[5] then return answer('stale') end
if agent.posts ~= ARGV[3] then return 'outdated' end
local offers, others = cjson.decode(redis.call('HGET', KEYS[7], 'offers') or '[]'), {}
for _, offer in ipairs(offers) do
  if offer[1] ~= ARGV[5] then table.insert(others, offer) end
end
if #others > 0 then
  redis.call('HSET', KEYS[7], 'offers', cjson.encode(others))
elseif #offers > 0 then
  redis.call('HDEL', KEYS[7], 'offers')
  if ARGV[9] == '1' then
    local score = redis.call('ZSCORE', KEYS[6], ARGV[4])
    redis.call('ZADD', KEYS[5], score, ARGV[4])
    local is_deferred = redis.call('HEXISTS', KEYS[7], 'is_deferred') == 1
    if is_deferred then redis.call('ZADD', KEYS[8], score, ARGV[4]) end
    redis.call('ZREM', KEYS[6], ARGV[4])
    redis.call('HSET', KEYS[7], 'state', 'waiting')
  end
end
if ARGV[13] ~= '' then
  local call = redis.call('HMGET', KEYS[7], 'state', 'lost_offers')
  local lost = call[2] and call[2] .. '\n' .. ARGV[13] or ARGV[13]
  local _, breaks = lost:gsub('\n', '')
  if breaks >= tonumber(ARGV[14]) then lost = lost:sub(lost:find('\n', 1, true) + 1) end
  -- Of a call whose record is kept nothing is to be here any more.
  if call[1] then redis.call('HSET', KEYS[7], 'lost_offers', lost) end
end
local to = {reason = ARGV[6], state = 'available', draw = ARGV[10]}
if tonumber(ARGV[8]) > 0 then to.rest_until = after(ARGV[8]) end
local misses, most_misses = (agent.miss_count or 0) + ARGV[7], tonumber(ARGV[11])
if ARGV[7] == '1' and most_misses > 0 and misses >= most_misses and not agent.wish then
  misses, to = 0, {reason = 'missed_calls', state = 'on_break', break_code = ARGV[12]}
end
redis.call('HSET', KEYS[2], 'miss_count', misses)
return answer('done ' .. go_on(agent, to, ARGV[3], 9))
