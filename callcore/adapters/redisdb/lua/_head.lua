-- _head.lua: begins scripts that tell who is the first of those who wait and count.
--
-- Promised callbacks that are not due stand in both sets, in the same order: as long as the members
-- of one rank are the same, all up to there are such.

-- The first and its score; empty if there is none.
local function head(waiting, deferred)
  local first, last = 0, redis.call('ZCARD', deferred)
  while first < last do
    local middle = math.floor((first + last) / 2)
    local other = redis.call('ZRANGE', deferred, middle, middle)[1]
    if redis.call('ZRANGE', waiting, middle, middle)[1] == other then
      first = middle + 1
    else
      last = middle
    end
  end
  return redis.call('ZRANGE', waiting, first, first, 'WITHSCORES')
end
