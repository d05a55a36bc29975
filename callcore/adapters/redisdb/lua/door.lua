-- door.lua: what a caller finds at a queue's door. Changes nothing.
--
-- include _head.lua
-- include _head_score.lua
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] zset   the queue's free agents: agent_id -> place
-- KEYS[4] set    the queue's staffed agents
-- KEYS[5] hash   the closures of queues, JSON
-- KEYS[6] hash   what the queue has learnt, sums by name
-- KEYS[7] set    the queue's promises that are not kept yet: call_id
-- KEYS[8] string the place dropped by the caller's number
-- KEYS[9] string the promise to the caller's number: its call_id
-- KEYS[10] string who talked last with a caller of that number: agent_id
-- KEYS[11] zset  the queue's promises that wait and are not due: call_id -> score
-- ARGV[1] queue   ARGV[2] score
--
-- Returns callers who wait and count, those of them with a lower score, callers who are being offered, free
--   agents, the staffed agents (a line each, as one text: there may be thousands), the closure, the sums
--   (name, value, ...), the score of the head, and the values of KEYS[8] to KEYS[10]; nil for what
--   there is not
local before = '(' .. ARGV[2]
return {
  redis.call('ZCARD', KEYS[1]) - redis.call('ZCARD', KEYS[11]),
  redis.call('ZCOUNT', KEYS[1], '-inf', before) - redis.call('ZCOUNT', KEYS[11], '-inf', before),
  redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[3]),
  table.concat(redis.call('SMEMBERS', KEYS[4]), '\n'),
  redis.call('HGET', KEYS[5], ARGV[1]), redis.call('HGETALL', KEYS[6]),
  head_score(KEYS[1], KEYS[11], KEYS[7]),
  redis.call('GET', KEYS[8]), redis.call('GET', KEYS[9]), redis.call('GET', KEYS[10]),
}
