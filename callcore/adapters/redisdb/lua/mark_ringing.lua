-- mark_ringing.lua: the phone of the agent an offer is for rings; the lease begins anew.
--
-- Repeated while it rings it renews the lease; once they talk it changes nothing.
--
-- include _clock.lua
--
-- KEYS[1] hash   the agent
-- KEYS[2] zset   leases and rests: agent_id -> end, microseconds
-- ARGV[1] agent_id   ARGV[2] offer_id   ARGV[3] lease, microseconds
--
-- Returns 'done' | 'stale'
local agent = redis.call('HMGET', KEYS[1], 'state', 'offer_id')
local state = agent[1]
if agent[2] ~= ARGV[2] then return 'stale' end
if state == 'talking' then return 'done' end
if state ~= 'reserved' and state ~= 'ringing' then return 'stale' end
if state == 'reserved' then redis.call('HSET', KEYS[1], 'state', 'ringing', 'since', now) end
redis.call('ZADD', KEYS[2], after(ARGV[3]), ARGV[1])
return 'done'
