-- rescore.lua: a caller who waits or is being offered gets another place in the order of service.
--
-- A promised callback that an earlier version took in is counted from now on.
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] hash   the call
-- KEYS[4] set    the queue's promises that are not kept yet: call_id
-- KEYS[5] zset   those of them that wait and are not due: call_id -> score
-- ARGV[1] call_id   ARGV[2] score   ARGV[3] priority   ARGV[4] own_priority
-- ARGV[5...] further fields of the place: name, value
--
-- Returns 'done' | 'not_there'
for i = 1, 2 do
  if redis.call('ZSCORE', KEYS[i], ARGV[1]) then
    redis.call('ZADD', KEYS[i], ARGV[2], ARGV[1])
    redis.call('ZADD', KEYS[5], 'XX', ARGV[2], ARGV[1])
    redis.call('HSET', KEYS[3], 'score', ARGV[2], 'priority', ARGV[3], 'own_priority', ARGV[4],
      unpack(ARGV, 5))
    local is_promise = redis.call('HEXISTS', KEYS[3], 'callback_of') == 1
    if is_promise then redis.call('SADD', KEYS[4], ARGV[1]) end
    return 'done'
  end
end
return 'not_there'
