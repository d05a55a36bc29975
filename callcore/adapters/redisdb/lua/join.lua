-- join.lua: a caller takes a place in a queue, unless the call has one or the queue is full.
--
-- A call that has ended joins like a new one. One that resumes a dropped place uses it up. Of promised
-- callbacks each number has one in a queue. A caller who takes a promise's place ends it, and has no
-- use for a dropped place any more; agents to whom it is promised stay so until their offers are lost.
--
-- include _answer.lua
-- include _clock.lua
-- include _place.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] zset   the queue's callers who wait: call_id -> score
-- KEYS[3] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[4] hash   the call
-- KEYS[5] set    the calls of the node it is on
-- KEYS[6] set    the calls of the node that an ended call was on before
-- KEYS[7] string the place dropped by the caller's number
-- KEYS[8] string the promise to the caller's number: its call_id
-- KEYS[9] hash   the call ARGV[7]
-- KEYS[10] set   the queue's promises that are not kept yet: call_id
-- KEYS[11] zset  those of them that wait and are not due: call_id -> score
-- KEYS[12] zset  the queue's free agents: agent_id -> place
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] call_id   ARGV[3] score
-- ARGV[4] maximum_waiting   ARGV[5] the node that KEYS[6] is of   ARGV[6] 1 if KEYS[7] is resumed
-- ARGV[7] of a promise the call that KEYS[8] was read to name, or else the promise whose place is
-- taken; may be empty   ARGV[8] how long to keep KEYS[8], milliseconds; 0: this is no promise
-- ARGV[9] maximum_promises   ARGV[10] how long a search for a caller takes at most, milliseconds
-- ARGV[11...] further fields of the call: name, value, ...
--
-- Returns 'joined <position> <free agents> <those of them who are sought for>' | 'already_joined <position>' | 'already_joined' |
--   'queue_full' | 'place_gone' | 'already_promised' | 'too_many_promises' | 'outdated' (the call
--   ended on another node than ARGV[5], or KEYS[8] names another call than ARGV[7]: changes nothing)
local FEW_AGENTS = 8
local is_promise = ARGV[8] ~= '0'

-- The word of a join that may not be; nothing if it may.
local function refusal()
  if ARGV[6] == '1' and redis.call('EXISTS', KEYS[7]) == 0 then return 'place_gone' end
  if not is_promise and ARGV[7] ~= '' then
    local stands = redis.call('ZSCORE', KEYS[2], ARGV[7]) or redis.call('ZSCORE', KEYS[3], ARGV[7])
    if not stands or redis.call('HEXISTS', KEYS[9], 'callback_of') == 0 then return 'place_gone' end
  end
  local taken = redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3])
  taken = taken - redis.call('ZCARD', KEYS[11])
  if taken >= tonumber(ARGV[4]) then return 'queue_full' end
  if is_promise then
    local state = redis.call('HGET', KEYS[9], 'state')
    local is_over = not state or state == 'ended' or ARGV[7] == ARGV[2]
    if not is_over then return 'already_promised' end
    if redis.call('SCARD', KEYS[10]) >= tonumber(ARGV[9]) then return 'too_many_promises' end
  end
end

local function end_promise()
  redis.call('ZREM', KEYS[2], ARGV[7])
  redis.call('ZREM', KEYS[3], ARGV[7])
  redis.call('SREM', KEYS[10], ARGV[7])
  redis.call('ZREM', KEYS[11], ARGV[7])
  redis.call('HDEL', KEYS[9], 'offers', 'is_deferred')
  redis.call('HSET', KEYS[9], 'state', 'ended', 'ended_at', now, 'left_for', 'rang_in')
  if redis.call('GET', KEYS[8]) == ARGV[7] then redis.call('DEL', KEYS[8]) end
  redis.call('DEL', KEYS[7])
end

-- Agents, of few who are free, who became so while a search takes: their places are instants. Those of
-- other orders are no instants of today.
local function sought_for_count()
  local free, count = redis.call('ZRANGE', KEYS[12], 0, FEW_AGENTS, 'WITHSCORES'), 0
  for i = 2, #free, 2 do
    local idle = instant / 1000 - tonumber(free[i]) % 2 ^ 42
    if idle >= 0 and idle <= tonumber(ARGV[10]) then count = count + 1 end
  end
  return count
end

local joins = false
local word = 'already_joined'
local call = redis.call('HMGET', KEYS[4], 'state', 'node')
if not call[1] or call[1] == 'ended' then
  if call[2] and call[2] ~= ARGV[5] then return 'outdated' end
  if is_promise and (redis.call('GET', KEYS[8]) or '') ~= ARGV[7] then return 'outdated' end
  local refused = refusal()
  if refused then return answer(refused) end
  -- First what takes memory: a server that has none left refuses it, and so all.
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
  if is_promise then
    redis.call('SET', KEYS[8], ARGV[2], 'PX', ARGV[8])
    redis.call('SADD', KEYS[10], ARGV[2])
  else
    if ARGV[7] ~= '' then end_promise() end
    redis.call('HDEL', KEYS[4], 'callback_of')
  end
  if ARGV[6] == '1' then redis.call('DEL', KEYS[7]) end
  redis.call('HSET', KEYS[4], 'state', 'waiting', 'score', ARGV[3], unpack(ARGV, 11))
  redis.call('HDEL', KEYS[4], 'offer_id', 'agent_id', 'agent_leg_id', 'bridged_at', 'ended_at',
    'left_for', 'told_position', 'told_estimates', 'announcements_count', 'is_deferred',
    'last_offered')
  redis.call('SREM', KEYS[6], ARGV[2])
  redis.call('SADD', KEYS[5], ARGV[2])
  joins = true
  word = 'joined'
end
local position, ahead = place(ARGV[2], KEYS[2], KEYS[3], KEYS[11])
if not position then return answer(word) end
word = word .. ' ' .. position
if not joins then return answer(word) end
word = word .. ' ' .. redis.call('ZCARD', KEYS[12])
return answer(word .. ' ' .. (ahead > 0 and sought_for_count() or 0))
