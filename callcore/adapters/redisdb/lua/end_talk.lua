-- end_talk.lua: a conversation is over; the agent wraps up or is free, the call has ended.
--
-- include _answer.lua
-- include _clock.lua
-- include _free.lua
--
-- KEYS[1] string the answer to the end of this offer's conversation
-- KEYS[2] hash   the agent
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4] hash   the call
-- KEYS[5...]     zsets, free agents of each of the agent's posts: agent_id -> place
-- ARGV[1] how long to remember the answer, seconds   ARGV[2] agent_id
-- ARGV[3] the posts KEYS[5...] belong to   ARGV[4] offer_id   ARGV[5] wrap-up, microseconds
-- ARGV[6] a random number below 2^42
--
-- Returns 'done' | 'stale' (they do not talk) | 'outdated' (other posts); the last two change
-- nothing
local agent = redis.call('HMGET', KEYS[2], 'state', 'offer_id', 'posts', 'since')
if agent[1] ~= 'talking' or agent[2] ~= ARGV[4] then return answer('stale') end
if agent[3] ~= ARGV[3] then return 'outdated' end
local call = redis.call('HMGET', KEYS[4], 'state', 'offer_id')
if call[1] == 'talking' and call[2] == ARGV[4] then
  redis.call('HSET', KEYS[4], 'state', 'ended', 'ended_at', now)
end
redis.call('HINCRBY', KEYS[2], 'talk_micros', digits(math.max(instant - agent[4], 0)))
redis.call('HINCRBY', KEYS[2], 'talk_count', 1)
if tonumber(ARGV[5]) > 0 then
  redis.call('HSET', KEYS[2], 'state', 'wrapping_up', 'since', now)
  redis.call('ZADD', KEYS[3], after(ARGV[5]), ARGV[2])
else
  redis.call('HSET', KEYS[2], 'state', 'available', 'since', now, 'draw', ARGV[6])
  redis.call('HDEL', KEYS[2], 'call_id', 'offer_id', 'queue', 'leg_id')
  make_free(KEYS[2], ARGV[2], ARGV[3], 5)
end
return answer('done')
