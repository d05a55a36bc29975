-- join.lua: a caller takes a place in a queue, unless the call has one or the queue is full.
--
-- KEYS[1] string the answer to this request
-- KEYS[2] zset   the queue's callers who wait: call_id -> score
-- KEYS[3] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[4] hash   the call
-- KEYS[5] set    the calls of its node
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] call_id   ARGV[3] score
-- ARGV[4] maximum_waiting   ARGV[5...] further fields of the call: name, value, ...
--
-- Returns 'joined <position>' | 'already_joined <position>' | 'already_joined' | 'queue_full'
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[1])
  return word
end
local word = 'already_joined'
if redis.call('EXISTS', KEYS[4]) == 0 then
  local taken = redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3])
  if taken >= tonumber(ARGV[4]) then return answer('queue_full') end
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
  redis.call('HSET', KEYS[4], 'state', 'waiting', 'score', ARGV[3], unpack(ARGV, 5))
  redis.call('SADD', KEYS[5], ARGV[2])
  word = 'joined'
end
local rank, score = redis.call('ZRANK', KEYS[2], ARGV[2]), redis.call('ZSCORE', KEYS[2], ARGV[2])
if rank then return answer(word .. ' ' .. rank + redis.call('ZCOUNT', KEYS[3], '-inf', score) + 1) end
rank, score = redis.call('ZRANK', KEYS[3], ARGV[2]), redis.call('ZSCORE', KEYS[3], ARGV[2])
if not rank then return answer(word) end
return answer(word .. ' ' .. rank + redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. score) + 1)
