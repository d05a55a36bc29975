-- _clock.lua: begins scripts that look at the clock: Redis' own, in microseconds.
--
-- Numbers are written by us: left to themselves, servers write some of them with an exponent.
local function digits(number) return string.format('%.0f', number) end
local time = redis.call('TIME')
local instant = time[1] * 1000000 + time[2]
local now = digits(instant)
local function after(micros) return digits(instant + micros) end
