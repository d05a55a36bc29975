-- life_of.lua: which process a worker is that has beaten a lease ago or later, by the plain clock.
--
-- include _clock.lua
--
-- KEYS[1] zset   the workers by the end of their lease, microseconds
-- KEYS[2] hash   how long leases are
-- KEYS[3] hash   the workers' cards: life, instant of the beat, JSON
-- ARGV[1] worker
--
-- Returns its life; nil if no worker of that name has
local life, beat_at = string.match(redis.call('HGET', KEYS[3], ARGV[1]) or '', '^(%S+) (%d+)')
if not life or not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return false end
if math.abs(instant - beat_at) < tonumber(redis.call('HGET', KEYS[2], 'lease')) then return life end
return false
