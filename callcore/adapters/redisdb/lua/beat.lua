-- beat.lua: a worker lives, and holds what it held.
--
-- Another process of its name takes that over, with new tokens.
--
-- include _clock.lua
-- include _lease_time.lua
-- include _life.lua
-- include _token.lua
--
-- KEYS[1] zset   the workers by the end of their lease, microseconds
-- KEYS[2] hash   when was beaten last, how long leases are, how long there have been any
-- KEYS[3] hash   the workers' cards: life, instant of the beat, JSON
-- KEYS[4] hash   whose each shard is; '' nobody's
-- KEYS[5] hash   the tokens of the shards
-- KEYS[6] hash   the tokens that those follow
-- KEYS[7] string the epoch of the data
-- ARGV[1] worker   ARGV[2] its life   ARGV[3] what it tells of itself, JSON
-- ARGV[4] how long its lease is, microseconds
-- ARGV[5] how long the dead are remembered, microseconds
--
-- Returns a line each for the living (worker, card, ...), whose the shards are (shard, worker, ...), the
--   tokens (shard, token, ...) and what those follow (shard, token, ...), each part of a line ended by
--   '\n'; for how long there have been leases, microseconds; and epoch and run of the server.
-- As texts, of which the asker needs to look only at those that differ from what it read before.
local function text_of(parts)
  if #parts == 0 then return '' end
  return table.concat(parts, '\n') .. '\n'
end
if life_of(ARGV[1]) ~= ARGV[2] then
  local holders = redis.call('HGETALL', KEYS[4])
  for i = 1, #holders, 2 do
    if holders[i + 1] == ARGV[1] then
      local follows = redis.call('HGET', KEYS[6], holders[i]) or '0'
      hold(holders[i], ARGV[1])
      redis.call('HSET', KEYS[6], holders[i], follows) -- as for the life before
    end
  end
end
redis.call('ZADD', KEYS[1], after(ARGV[4]), ARGV[1])
redis.call('HSET', KEYS[2], 'noted_at', now, 'lease', ARGV[4])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2] .. ' ' .. now .. ' ' .. ARGV[3])
local living, workers = {}, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #workers, 2 do
  local worker = workers[i]
  if is_living(worker) then
    living[#living + 1] = worker
    living[#living + 1] = redis.call('HGET', KEYS[3], worker) or ''
  elseif workers[i + 1] + ARGV[5] < instant then
    redis.call('ZREM', KEYS[1], worker)
    redis.call('HDEL', KEYS[3], worker)
  end
end
local epoch = redis.call('GET', KEYS[7]) or ''
return {
  text_of(living), text_of(redis.call('HGETALL', KEYS[4])), text_of(redis.call('HGETALL', KEYS[5])),
  text_of(redis.call('HGETALL', KEYS[6])), redis.call('HGET', KEYS[2], 'age') or '0',
  epoch .. ' ' .. (string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''),
}
