-- note_told_wait.lua: what a caller who waits or is being offered was told of the wait.
--
-- Told again, it is told once. Of very many the oldest are forgotten.
--
-- KEYS[1] zset   the queue's callers who wait: call_id -> score
-- KEYS[2] zset   the queue's callers who are being offered: call_id -> score
-- KEYS[3] hash   the call
-- ARGV[1] call_id   ARGV[2] what was told, a JSON array   ARGV[3] how many characters are kept
-- ARGV[4] how many announcements the caller has heard with it
--
-- Returns 'done' | 'not_there'
for i = 1, 2 do
  if redis.call('ZSCORE', KEYS[i], ARGV[1]) then
    local told = redis.call('HGET', KEYS[3], 'told_estimates')
    if not told then
      told = ARGV[2]
    elseif told:sub(-#ARGV[2]) ~= ARGV[2] then
      told = told .. ',' .. ARGV[2]
    end
    while #told > tonumber(ARGV[3]) and told:find('],', 1, true) do
      told = told:sub(told:find('],', 1, true) + 2)
    end
    redis.call('HSET', KEYS[3], 'told_estimates', told, 'announcements_count', ARGV[4])
    return 'done'
  end
end
return 'not_there'
