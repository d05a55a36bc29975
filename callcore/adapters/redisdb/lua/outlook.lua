-- outlook.lua: what a caller who waits, or is being offered, may be told: the position and the like.
--
-- A position told is kept with the call, and no higher one is told in the same queue; so is how many
-- announcements the caller has heard with it.
--
-- include _place.lua
-- include _head.lua
-- include _head_score.lua
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] hash   the call
-- KEYS[4] hash   what the queue has learnt, sums by name
-- KEYS[5] set    the queue's staffed agents
-- KEYS[6] set    the queue's promises that are not kept yet: call_id
-- KEYS[7] zset   those of them that wait and are not due: call_id -> score
-- ARGV[1] call_id   ARGV[2] 1 if the position is told   ARGV[3] the lowest told so far, as known to
-- the asker, or ''   ARGV[4] 1 if the wait is to be estimated   ARGV[5] how many announcements
--
-- Returns nil (not there) | the position, the callers ahead, the score, and for an estimate the count of
--   staffed agents, the sums (name, value, ...), the score of the head and what was told last of the
--   wait, both nil if there is none
local position, ahead, score = place(ARGV[1], KEYS[1], KEYS[2], KEYS[7])
if not position then return false end
local told = tonumber(redis.call('HGET', KEYS[3], 'told_position'))
position = math.min(position, told or position, tonumber(ARGV[3]) or position)
if ARGV[2] == '1' then
  redis.call('HSET', KEYS[3], 'told_position', position, 'announcements_count', ARGV[5])
end
if ARGV[4] ~= '1' then return {position, ahead, score} end
local estimates = redis.call('HGET', KEYS[3], 'told_estimates')
return {
  position, ahead, score, redis.call('SCARD', KEYS[5]), redis.call('HGETALL', KEYS[4]),
  head_score(KEYS[1], KEYS[7], KEYS[6]), estimates and estimates:match('%[[^%[]*$') or false,
}
