-- give.lua: a worker hands shards to another that lives, or to nobody.
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
-- ARGV[1] worker   ARGV[2] its life   ARGV[3] the heir, '' for nobody   ARGV[4...] shards
--
-- Returns those it held and does no more (shard, token, ...); the token is 0 if they are nobody's
local given = {}
if life_of(ARGV[1]) ~= ARGV[2] then return given end
local has_heir = ARGV[3] ~= '' and is_living(ARGV[3])
for i = 4, #ARGV do
  if redis.call('HGET', KEYS[4], ARGV[i]) == ARGV[1] then
    given[#given + 1] = ARGV[i]
    if has_heir then
      given[#given + 1] = hold(ARGV[i], ARGV[3], true)
    else
      redis.call('HSET', KEYS[4], ARGV[i], '')
      given[#given + 1] = '0'
    end
  end
end
return given
