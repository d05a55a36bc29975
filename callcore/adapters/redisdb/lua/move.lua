-- move.lua: a waiting caller gives up the place in one queue for one in another.
--
-- A promised callback stays the one to its number, if the other queue has none to it yet.
--
-- include _answer.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] zset   callers who wait in the queue to leave: call_id -> score
-- KEYS[3] zset   callers who wait in the queue to join
-- KEYS[4] zset   callers who are being offered in the queue to join
-- KEYS[5] hash   the call
-- KEYS[6] set    promises of the queue to leave that are not kept yet: call_id
-- KEYS[7] set    those of the queue to join
-- KEYS[8] string the promise to the caller's number in the queue to leave: its call_id
-- KEYS[9] string that in the queue to join
-- KEYS[10] hash  the call ARGV[5]
-- KEYS[11] zset  promises of the queue to leave that wait and are not due: call_id -> score
-- KEYS[12] zset  those of the queue to join
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] call_id   ARGV[3] score
-- ARGV[4] maximum_waiting   ARGV[5] the call that KEYS[9] was read to name, or empty
-- ARGV[6] how long to keep KEYS[9], milliseconds; 0: this is no promise   ARGV[7] maximum_promises
-- ARGV[8...] further fields of the place: name, value, ...
--
-- Returns 'moved' | 'queue_full' | 'not_waiting' | 'already_promised' | 'too_many_promises' |
--   'outdated' (KEYS[9] names another call than ARGV[5]: changes nothing)
if not redis.call('ZSCORE', KEYS[2], ARGV[2]) then return answer('not_waiting') end
local taken = redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4])
taken = taken - redis.call('ZCARD', KEYS[12])
if taken >= tonumber(ARGV[4]) then return answer('queue_full') end
if ARGV[6] ~= '0' then
  if (redis.call('GET', KEYS[9]) or '') ~= ARGV[5] then return 'outdated' end
  local state = redis.call('HGET', KEYS[10], 'state')
  local is_over = not state or state == 'ended' or ARGV[5] == ARGV[2]
  if not is_over then return answer('already_promised') end
  if redis.call('SCARD', KEYS[7]) >= tonumber(ARGV[7]) then return answer('too_many_promises') end
  -- First what takes memory: a server that has none left refuses it, and so all.
  redis.call('SET', KEYS[9], ARGV[2], 'PX', ARGV[6])
  redis.call('SADD', KEYS[7], ARGV[2])
  if redis.call('GET', KEYS[8]) == ARGV[2] then redis.call('DEL', KEYS[8]) end
  redis.call('SREM', KEYS[6], ARGV[2])
end
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[2])
local is_deferred = redis.call('ZREM', KEYS[11], ARGV[2]) == 1
if is_deferred then redis.call('ZADD', KEYS[12], ARGV[3], ARGV[2]) end
redis.call('HSET', KEYS[5], 'score', ARGV[3], unpack(ARGV, 8))
redis.call('HDEL', KEYS[5], 'told_position', 'told_estimates', 'announcements_count', 'last_offered')
return answer('moved')
