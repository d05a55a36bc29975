-- note_wrong_pin.lua: one more wrong PIN was given for an agent.
--
-- KEYS[1] string how many there were
-- ARGV[1] how long to remember them, milliseconds
--
-- Returns 'noted <count>'
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 'noted ' .. count
