-- learn.lua: a queue learns from one more caller; earlier lessons of the kind lose weight.
--
-- KEYS[1] hash   what the queue has learnt, sums by weight
-- ARGV[1] what is left of the weight of earlier lessons, as a fraction
-- ARGV[2...] what this one adds to the sums of its kind: name, number, ...
--
-- Returns 'learnt'
for i = 2, #ARGV, 2 do
  local sum = (redis.call('HGET', KEYS[1], ARGV[i]) or 0) * ARGV[1] + ARGV[i + 1]
  redis.call('HSET', KEYS[1], ARGV[i], string.format('%.17g', sum))
end
return 'learnt'
