-- defer.lua: a promised callback is not due, or is again.
--
-- One that is being offered to an agent counts meanwhile like all others who are.
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] zset   the queue's promises that wait and are not due: call_id -> score
-- KEYS[4] hash   the call
-- ARGV[1] call_id   ARGV[2] 1 if it is not due
--
-- Returns 'done' | 'not_there' (not in line there, or no promise)
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
local stands = score or redis.call('ZSCORE', KEYS[2], ARGV[1])
if not stands or redis.call('HEXISTS', KEYS[4], 'callback_of') == 0 then return 'not_there' end
if ARGV[2] == '1' then
  redis.call('HSET', KEYS[4], 'is_deferred', 1)
  if score then redis.call('ZADD', KEYS[3], score, ARGV[1]) end
else
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('HDEL', KEYS[4], 'is_deferred')
end
return 'done'
