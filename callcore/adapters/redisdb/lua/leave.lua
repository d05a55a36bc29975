-- leave.lua: a caller gives up the place in a queue, and the call is forgotten.
--
-- An agent to whom the caller is promised stays so until the offer is lost.
--
-- KEYS[1] string the answer to this request
-- KEYS[2] zset   the queue's callers who wait: call_id -> score
-- KEYS[3] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[4] hash   the call
-- KEYS[5] set    the calls of its node
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] call_id   ARGV[3] queue
-- ARGV[4] the node that KEYS[5] is of, '' if the call is unknown
--
-- Returns 'left' | 'not_there' | 'outdated' (the call is of another node: changes nothing)
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[1])
  return word
end
local call = redis.call('HMGET', KEYS[4], 'queue', 'node')
if call[1] ~= ARGV[3] then return answer('not_there') end
if call[2] ~= ARGV[4] then return 'outdated' end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('DEL', KEYS[4])
redis.call('SREM', KEYS[5], ARGV[2])
return answer('left')
