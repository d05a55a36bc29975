-- leave.lua: a caller gives up the place in a queue; the call has ended, and is remembered.
--
-- Agents to whom the caller is promised stay so until their offers are lost. The call remembers an
-- offer only if they talked. The place of one who did not is kept for a while, if asked for.
--
-- include _answer.lua
-- include _clock.lua
--
-- KEYS[1] string the answer to this request
-- KEYS[2] zset   the queue's callers who wait: call_id -> score
-- KEYS[3] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[4] hash   the call
-- KEYS[5] string the place dropped by the caller's number
-- KEYS[6] set    the queue's promises that are not kept yet: call_id
-- KEYS[7] zset   those of them that wait and are not due: call_id -> score
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] call_id   ARGV[3] queue
-- ARGV[4] how long to keep the place, milliseconds; 0: not at all
-- ARGV[5] the caller's number that KEYS[5] is of, as the call has it
--
-- Returns 'left' | 'not_there' | 'outdated' (the place is to be kept for another number: changes
--   nothing)
local call = redis.call('HMGET', KEYS[4], 'state', 'queue', 'caller_number', 'first_joined_at',
  'own_priority')
if call[2] ~= ARGV[3] or call[1] == 'ended' then return answer('not_there') end
if ARGV[4] ~= '0' and call[1] ~= 'talking' then
  if call[3] ~= ARGV[5] then return 'outdated' end
  redis.call('SET', KEYS[5], call[4] .. ' ' .. call[5], 'PX', ARGV[4])
end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('SREM', KEYS[6], ARGV[2])
redis.call('ZREM', KEYS[7], ARGV[2])
redis.call('HDEL', KEYS[4], 'offers', 'is_deferred')
redis.call('HSET', KEYS[4], 'state', 'ended', 'ended_at', now)
return answer('left')
