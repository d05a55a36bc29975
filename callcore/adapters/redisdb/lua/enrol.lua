-- enrol.lua: an agent becomes known with these posts; one already known keeps the state.
--
-- include _free.lua
--
-- KEYS[1] hash   the agent
-- KEYS[2] set    all agents
-- KEYS[3] zset   leases and rests: agent_id -> end, microseconds
-- KEYS[4...]     of each post before zsets, free agents: agent_id -> place, then of each sets,
--                staffed agents; then the same of the posts from now on
-- ARGV[1] agent_id   ARGV[2] the posts before, '' if unknown   ARGV[3] the posts from now on
-- ARGV[4] name   ARGV[5] how many posts before
--
-- Returns 'enrolled' | 'outdated' (the agent had other posts: changes nothing)
local posts = redis.call('HGET', KEYS[1], 'posts')
if (posts or '') ~= ARGV[2] then return 'outdated' end
redis.call('HSET', KEYS[1], 'posts', ARGV[3], 'name', ARGV[4])
if not posts then
  redis.call('HSET', KEYS[1], 'state', 'logged_out', 'since', 0, 'miss_count', 0)
  redis.call('SADD', KEYS[2], ARGV[1])
  return 'enrolled'
end
local state = redis.call('HGET', KEYS[1], 'state')
local first = 4 + 2 * ARGV[5]
for i = 4, 3 + ARGV[5] do redis.call('ZREM', KEYS[i], ARGV[1]) end
for i = 4 + ARGV[5], first - 1 do redis.call('SREM', KEYS[i], ARGV[1]) end
if state == 'available' and not redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  make_free(KEYS[1], ARGV[1], ARGV[3], first)
end
if state ~= 'logged_out' and state ~= 'on_break' then
  for i = (first + #KEYS + 1) / 2, #KEYS do redis.call('SADD', KEYS[i], ARGV[1]) end
end
return 'enrolled'
