-- leave.lua: a caller gives up the place in a queue; the call has ended, and is remembered.
--
-- An agent to whom the caller is promised stays so until the offer is lost. The call remembers an
-- offer only if they talked.
--
-- KEYS[1] string the answer to this request
-- KEYS[2] zset   the queue's callers who wait: call_id -> score
-- KEYS[3] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[4] hash   the call
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] call_id   ARGV[3] queue
--
-- Returns 'left' | 'not_there'
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[1])
  return word
end
local call = redis.call('HMGET', KEYS[4], 'state', 'queue')
if call[2] ~= ARGV[3] or call[1] == 'ended' then return answer('not_there') end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000000 + time[2])
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
if call[1] ~= 'talking' then
  redis.call('HDEL', KEYS[4], 'offer_id', 'agent_id', 'agent_leg_id')
end
redis.call('HSET', KEYS[4], 'state', 'ended', 'ended_at', now)
return answer('left')
