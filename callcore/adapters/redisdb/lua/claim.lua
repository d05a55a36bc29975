-- claim.lua: a worker takes shards that are nobody's, or whose worker lives no more.
--
-- include _clock.lua
-- include _lease_time.lua
-- include _life.lua
-- include _token.lua
--
-- KEYS[1] zset   the workers by the end of their lease, microseconds
-- KEYS[2] hash   when was beaten last
-- KEYS[3] hash   the workers' cards
-- KEYS[4] hash   whose each shard is; '' nobody's
-- KEYS[5] hash   the tokens of the shards
-- KEYS[6] hash   the tokens that those follow
-- ARGV[1] worker   ARGV[2] its life   ARGV[3...] shards
--
-- Returns those it holds from now on and did not before (shard, token, ...); none if it does not live
local claimed = {}
if life_of(ARGV[1]) ~= ARGV[2] or not is_living(ARGV[1]) then return claimed end
for i = 3, #ARGV do
  local holder = redis.call('HGET', KEYS[4], ARGV[i])
  if not holder or holder == '' or not is_living(holder) then
    claimed[#claimed + 1] = ARGV[i]
    claimed[#claimed + 1] = hold(ARGV[i], ARGV[1], holder == '')
  end
end
return claimed
