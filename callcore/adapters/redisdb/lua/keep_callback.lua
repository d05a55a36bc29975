-- keep_callback.lua: what has changed of a promised callback that is not over.
--
-- KEYS[1] hash   the call
-- ARGV[1...] fields of the promise: name, value, ...
--
-- Returns 'done' | 'not_there'
local call = redis.call('HMGET', KEYS[1], 'state', 'callback_of')
if not call[2] or call[1] == 'ended' then return 'not_there' end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 'done'
