-- _free.lua: begins scripts that make agents free: their places among those who may be asked.
--
-- A place is level * 2^42 + a key below 2^42; ports/stores describes the key of each order.
local function place_of(agent, post)
  local function number(field) return tonumber(redis.call('HGET', agent.key, field) or 0) end
  local key = post.position
  if post.order == 'longest_idle' then
    key = math.floor(number('since') / 1000)
  elseif post.order == 'round_robin' then
    local offered_at = number('offered_at:' .. post.queue)
    if offered_at > 0 then key = math.floor(offered_at / 1000) end
  elseif post.order == 'least_talk_time' then
    key = math.floor(number('talk_micros') / 1000000) * 1024 + post.position
  elseif post.order == 'fewest_calls' then
    key = number('talk_count') * 1024 + post.position
  elseif post.order == 'random' then
    key = number('draw')
  end
  return string.format('%.0f', post.level * 2 ^ 42 + key)
end

-- KEYS from first on are the free agents of the posts' queues, in their order. One who is held is
-- not asked.
local function make_free(agent, posts, first)
  if agent.holds then return end
  for i, post in ipairs(cjson.decode(posts)) do
    redis.call('ZADD', KEYS[first + i - 1], place_of(agent, post), agent.id)
  end
end
