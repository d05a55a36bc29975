-- rescore.lua: a caller who waits or is being offered gets another place in the order of service.
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] hash   the call
-- ARGV[1] call_id   ARGV[2] score   ARGV[3] priority   ARGV[4] own_priority
--
-- Returns 'done' | 'not_there'
for i = 1, 2 do
  if redis.call('ZSCORE', KEYS[i], ARGV[1]) then
    redis.call('ZADD', KEYS[i], ARGV[2], ARGV[1])
    redis.call('HSET', KEYS[3], 'score', ARGV[2], 'priority', ARGV[3], 'own_priority', ARGV[4])
    return 'done'
  end
end
return 'not_there'
