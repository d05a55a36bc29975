-- _place.lua: begins scripts that tell where in line a call stands.
--
-- Promised callbacks that are not due are ahead of nobody, though they stand where they stood.

-- The position from 1, the count of those ahead who wait, and the score; nothing if not in line.
local function place(call_id, waiting, offered, deferred)
  local rank, score = redis.call('ZRANK', waiting, call_id), redis.call('ZSCORE', waiting, call_id)
  if rank then
    local ahead = rank - redis.call('ZCOUNT', deferred, '-inf', '(' .. score)
    for _, other in ipairs(redis.call('ZRANGE', deferred, score, score, 'BYSCORE')) do
      if redis.call('ZRANK', waiting, other) < rank then ahead = ahead - 1 end
    end
    return ahead + redis.call('ZCOUNT', offered, '-inf', score) + 1, ahead, score
  end
  rank, score = redis.call('ZRANK', offered, call_id), redis.call('ZSCORE', offered, call_id)
  if not rank then return end
  local before = '(' .. score
  local ahead = redis.call('ZCOUNT', waiting, '-inf', before)
  return rank + ahead - redis.call('ZCOUNT', deferred, '-inf', before) + 1, 0, score
end
