-- join.lua: a caller takes a place in a queue, unless the call has one or the queue is full.
--
-- A call that has ended joins like a new one. One that resumes a dropped place uses it up. Of promised
-- callbacks each number has one in a queue.
--
-- include _answer.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] zset   the queue's callers who wait: call_id -> score
-- KEYS[3] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[4] hash   the call
-- KEYS[5] set    the calls of the node it is on
-- KEYS[6] set    the calls of the node that an ended call was on before
-- KEYS[7] string the place dropped by the caller's number
-- KEYS[8] string the promise to the caller's number: its call_id
-- KEYS[9] hash   the call that KEYS[8] was read to name
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] call_id   ARGV[3] score
-- ARGV[4] maximum_waiting   ARGV[5] the node that KEYS[6] is of   ARGV[6] 1 if KEYS[7] is resumed
-- ARGV[7] the call that KEYS[9] is of, or empty   ARGV[8] how long to keep KEYS[8], milliseconds;
-- 0: this is no promise   ARGV[9...] further fields of the call: name, value, ...
--
-- Returns 'joined <position>' | 'already_joined <position>' | 'already_joined' | 'queue_full' |
--   'place_gone' | 'already_promised' | 'outdated' (the call ended on another node than ARGV[5], or
--   KEYS[8] names another call than ARGV[7]: changes nothing)
local word = 'already_joined'
local call = redis.call('HMGET', KEYS[4], 'state', 'node')
if not call[1] or call[1] == 'ended' then
  if call[2] and call[2] ~= ARGV[5] then return 'outdated' end
  if ARGV[6] == '1' and redis.call('EXISTS', KEYS[7]) == 0 then return answer('place_gone') end
  local taken = redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3])
  if taken >= tonumber(ARGV[4]) then return answer('queue_full') end
  if ARGV[8] ~= '0' then
    local promised = redis.call('GET', KEYS[8]) or ''
    if promised ~= ARGV[7] then return 'outdated' end
    local state = redis.call('HGET', KEYS[9], 'state')
    local is_over = not state or state == 'ended' or promised == ARGV[2]
    if not is_over then return answer('already_promised') end
    redis.call('SET', KEYS[8], ARGV[2], 'PX', ARGV[8])
  end
  if ARGV[6] == '1' then redis.call('DEL', KEYS[7]) end
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
  redis.call('HSET', KEYS[4], 'state', 'waiting', 'score', ARGV[3], unpack(ARGV, 9))
  redis.call('HDEL', KEYS[4], 'offer_id', 'agent_id', 'agent_leg_id', 'bridged_at', 'ended_at',
    'told_position', 'told_until')
  if ARGV[8] == '0' then redis.call('HDEL', KEYS[4], 'callback_of') end
  redis.call('SREM', KEYS[6], ARGV[2])
  redis.call('SADD', KEYS[5], ARGV[2])
  word = 'joined'
end
local rank, score = redis.call('ZRANK', KEYS[2], ARGV[2]), redis.call('ZSCORE', KEYS[2], ARGV[2])
if rank then return answer(word .. ' ' .. rank + redis.call('ZCOUNT', KEYS[3], '-inf', score) + 1) end
rank, score = redis.call('ZRANK', KEYS[3], ARGV[2]), redis.call('ZSCORE', KEYS[3], ARGV[2])
if not rank then return answer(word) end
return answer(word .. ' ' .. rank + redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. score) + 1)
