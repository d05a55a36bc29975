-- _answer.lua: begins scripts that a request id makes idempotent: answers as before, if it did.
--
-- KEYS[1] string the answer to this request   ARGV[1] how long to remember it, seconds
local known = redis.call('GET', KEYS[1])
if known then return known end
local function answer(word)
  redis.call('SET', KEYS[1], word, 'EX', ARGV[1])
  return word
end
