-- _life.lua: which process a worker is: the first word of its card, KEYS[3].
local function life_of(worker)
  return string.match(redis.call('HGET', KEYS[3], worker) or '', '^%S+')
end
