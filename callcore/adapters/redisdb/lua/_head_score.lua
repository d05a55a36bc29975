-- _head_score.lua: begins scripts that tell for how long those on the line wait.
--
-- The score of the first who waits and counts; false if there is none, or if it is a promised
-- callback, which may have been away for long.
local function head_score(waiting, deferred, promises)
  local first = head(waiting, deferred)
  if #first == 0 or redis.call('SISMEMBER', promises, first[1]) == 1 then return false end
  return first[2]
end
