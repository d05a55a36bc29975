-- note_told_wait.lua: by when the wait is over, as a caller who waits or is being offered was told.
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] hash   the call
-- ARGV[1] call_id   ARGV[2] when, microseconds
--
-- Returns 'done' | 'not_there'
for i = 1, 2 do
  if redis.call('ZSCORE', KEYS[i], ARGV[1]) then
    redis.call('HSET', KEYS[3], 'told_until', ARGV[2])
    return 'done'
  end
end
return 'not_there'
