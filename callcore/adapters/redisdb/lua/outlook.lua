-- outlook.lua: what a caller who waits, or is being offered, may be told: the position and the like.
--
-- A position told is kept with the call, and no higher one is told in the same queue.
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] hash   the call
-- KEYS[4] hash   what the queue has learnt, sums by weight
-- KEYS[5] set    the queue's staffed agents
-- ARGV[1] call_id   ARGV[2] 1 if the position is told   ARGV[3] the lowest told so far, as known to
-- the asker, or ''   ARGV[4] 1 if the wait is to be estimated
--
-- Returns 'not_there' | 'waits <position> <callers ahead> <when the wait is over as told, or 0>', and
--   for an estimate ' <served_weight> <served_seconds> <abandoned_weight> <waited_seconds> <staffed
--   agents, JSON>'
local rank, score = redis.call('ZRANK', KEYS[1], ARGV[1]), redis.call('ZSCORE', KEYS[1], ARGV[1])
local position, ahead
if rank then
  position, ahead = rank + redis.call('ZCOUNT', KEYS[2], '-inf', score) + 1, rank
else
  rank, score = redis.call('ZRANK', KEYS[2], ARGV[1]), redis.call('ZSCORE', KEYS[2], ARGV[1])
  if not rank then return 'not_there' end
  position, ahead = rank + redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score) + 1, 0
end
local told = tonumber(redis.call('HGET', KEYS[3], 'told_position'))
position = math.min(position, told or position, tonumber(ARGV[3]) or position)
if ARGV[2] == '1' and position ~= told then
  redis.call('HSET', KEYS[3], 'told_position', position)
end
local words = {position, ahead, redis.call('HGET', KEYS[3], 'told_until') or '0'}
if ARGV[4] == '1' then
  local names = {'served_weight', 'served_seconds', 'abandoned_weight', 'waited_seconds'}
  for _, sum in ipairs(redis.call('HMGET', KEYS[4], unpack(names))) do
    table.insert(words, sum or '0')
  end
  local staffed = redis.call('SMEMBERS', KEYS[5])
  table.insert(words, #staffed > 0 and cjson.encode(staffed) or '[]')
end
return 'waits ' .. table.concat(words, ' ')
