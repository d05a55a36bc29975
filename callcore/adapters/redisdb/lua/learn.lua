-- learn.lua: queues learn: of each sum a part is kept and something is added; one not there is 0.
--
-- KEYS[1...] hashes what each queue has learnt, sums by name
-- ARGV[1...] how many sums each of them changes
-- ARGV[#KEYS + 1...] for each change in turn: name, what is kept of the sum, as a fraction, and what is
--                    added
--
-- Returns 'learnt'
local at = #KEYS + 1
for i = 1, #KEYS do
  for _ = 1, tonumber(ARGV[i]) do
    local before = redis.call('HGET', KEYS[i], ARGV[at])
    local sum = (tonumber(before or 0) or 0) * ARGV[at + 1] + ARGV[at + 2]
    if before or sum ~= 0 then
      redis.call('HSET', KEYS[i], ARGV[at], string.format('%.17g', sum))
    end
    at = at + 3
  end
end
return 'learnt'
