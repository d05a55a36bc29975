-- _head.lua: begins scripts that tell who is the first of those who wait on the line.
--
-- The score of the first who waits and is not being offered; false if there is none, or if it is a
-- promised callback, which may have to stand there long.
local function head_score(waiting, promises)
  local head = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')
  if #head == 0 or redis.call('SISMEMBER', promises, head[1]) == 1 then return false end
  return head[2]
end
