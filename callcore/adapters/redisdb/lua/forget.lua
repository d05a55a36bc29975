-- forget.lua: a call that has ended, and whose record is kept, is forgotten.
--
-- include _forget.lua
--
-- KEYS[1] hash   the call
-- KEYS[2] set    the calls of its node
-- ARGV[1] call_id   ARGV[2] the node that KEYS[2] is of, '' if the call is unknown
--
-- Returns 'forgotten' | 'not_ended' (unknown, or has a place) | 'outdated' (the call is of another
-- node); the last two change nothing
local is_forgotten = forget(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
if is_forgotten == nil then return 'not_ended' end
if not is_forgotten then return 'outdated' end
return 'forgotten'
