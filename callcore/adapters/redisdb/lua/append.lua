-- append.lua: a call's record begins to wait for Postgres, once.
--
-- KEYS[1] string a mark that the call's record was appended
-- KEYS[2] stream the records that wait
-- ARGV[1] how long the mark stands, seconds   ARGV[2] the record, JSON
--
-- Returns 'appended' | 'already_appended'
if redis.call('EXISTS', KEYS[1]) == 1 then return 'already_appended' end
redis.call('XADD', KEYS[2], '*', 'record', ARGV[2])
redis.call('SET', KEYS[1], '', 'EX', ARGV[1])
return 'appended'
