-- forget.lua: a call that has ended, and whose record is kept, is forgotten.
--
-- KEYS[1] hash   the call
-- KEYS[2] set    the calls of its node
-- ARGV[1] call_id   ARGV[2] the node that KEYS[2] is of, '' if the call is unknown
--
-- Returns 'forgotten' | 'not_ended' (unknown, or has a place) | 'outdated' (the call is of another
-- node); the last two change nothing
local call = redis.call('HMGET', KEYS[1], 'state', 'node')
if call[1] ~= 'ended' then return 'not_ended' end
if call[2] ~= ARGV[2] then return 'outdated' end
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
return 'forgotten'
