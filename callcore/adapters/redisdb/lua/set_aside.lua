-- set_aside.lua: an entry that cannot be read or written is moved out of the way, for a person.
--
-- KEYS[1] stream the entries that wait
-- KEYS[2] stream the entries set aside
-- ARGV[1] entry id   ARGV[2] about how many of those are kept
--
-- Returns 'set_aside' | 'gone'
local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not entry then return 'gone' end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', unpack(entry[2]))
redis.call('XDEL', KEYS[1], ARGV[1])
return 'set_aside'
