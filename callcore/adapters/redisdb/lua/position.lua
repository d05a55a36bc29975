-- position.lua: a caller's place in the order of service, counting those being offered.
--
-- Of equal scores, those being offered are ahead: they were chosen first. Changes nothing.
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- ARGV[1] call_id
--
-- Returns 'waits <position>' | 'not_there'
local rank, score = redis.call('ZRANK', KEYS[1], ARGV[1]), redis.call('ZSCORE', KEYS[1], ARGV[1])
if rank then return 'waits ' .. rank + redis.call('ZCOUNT', KEYS[2], '-inf', score) + 1 end
rank, score = redis.call('ZRANK', KEYS[2], ARGV[1]), redis.call('ZSCORE', KEYS[2], ARGV[1])
if not rank then return 'not_there' end
return 'waits ' .. rank + redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score) + 1
