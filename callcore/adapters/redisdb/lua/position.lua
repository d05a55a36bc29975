-- position.lua: a caller's place in the order of service, counting those being offered.
--
-- Of equal scores, those being offered are ahead: they were chosen first. Changes nothing.
--
-- include _place.lua
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] zset   the queue's promises that wait and are not due: call_id -> score
-- ARGV[1] call_id
--
-- Returns 'waits <position>' | 'not_there'
local position = place(ARGV[1], KEYS[1], KEYS[2], KEYS[3])
if not position then return 'not_there' end
return 'waits ' .. position
