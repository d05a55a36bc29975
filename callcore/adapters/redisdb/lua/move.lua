-- move.lua: a waiting caller gives up the place in one queue for one in another.
--
-- include _answer.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] zset   callers who wait in the queue to leave: call_id -> score
-- KEYS[3] zset   callers who wait in the queue to join
-- KEYS[4] zset   callers who are being offered in the queue to join
-- KEYS[5] hash   the call
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] call_id   ARGV[3] score
-- ARGV[4] maximum_waiting   ARGV[5...] further fields of the place: name, value, ...
--
-- Returns 'moved' | 'queue_full' | 'not_waiting'
if not redis.call('ZSCORE', KEYS[2], ARGV[2]) then return answer('not_waiting') end
local taken = redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4])
if taken >= tonumber(ARGV[4]) then return answer('queue_full') end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[2])
redis.call('HSET', KEYS[5], 'score', ARGV[3], unpack(ARGV, 5))
redis.call('HDEL', KEYS[5], 'told_position', 'told_until')
return answer('moved')
