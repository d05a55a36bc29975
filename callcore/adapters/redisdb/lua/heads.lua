-- heads.lua: who is the first of those who wait and count, in several queues.
--
-- include _head.lua
--
-- KEYS[1, 3, ...] zsets  of each queue the callers who wait: call_id -> score
-- KEYS[2, 4, ...] zsets  of each queue the promises among them that are not due: call_id -> score
--
-- Returns of each queue the first with the score; empty if there is none
local heads = {}
for i = 1, #KEYS, 2 do table.insert(heads, head(KEYS[i], KEYS[i + 1])) end
return heads
