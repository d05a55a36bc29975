-- positions.lua: the places of callers in the order of service, counting those being offered.
--
-- Of equal scores, those being offered are ahead: they were chosen first. Changes nothing.
--
-- include _place.lua
--
-- KEYS[1, 4, ...] zsets  of each queue the callers who wait: call_id -> score
-- KEYS[2, 5, ...] zsets  of each queue the callers who are being offered: call_id -> score
-- KEYS[3, 6, ...] zsets  of each queue the promises that wait and are not due: call_id -> score
-- ARGV[1, 3, ...] the number of the queue, from 0   ARGV[2, 4, ...] call_id
--
-- Returns of each call the position; 0 if it is not there
local places = {}
for i = 1, #ARGV, 2 do
  local queue = 3 * tonumber(ARGV[i])
  local position = place(ARGV[i + 1], KEYS[queue + 1], KEYS[queue + 2], KEYS[queue + 3])
  table.insert(places, position or 0)
end
return places
