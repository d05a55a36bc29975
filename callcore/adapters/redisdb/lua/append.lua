-- append.lua: a call's record begins to wait for Postgres, once, or in place of a poorer one; the call,
-- if it has ended, is forgotten.
--
-- include _forget.lua
--
-- KEYS[1] string a mark that a record of the call was appended: its rank and its entry
-- KEYS[2] stream the records that wait
-- KEYS[3] hash   the call, KEYS[4] set the calls of its node: only if the call is to be forgotten
-- ARGV[1] how long the mark stands, seconds   ARGV[2] the record, JSON   ARGV[3] its rank
-- ARGV[4] call_id   ARGV[5] the node that KEYS[4] is of
--
-- A poorer one that still waits is left where it is: Postgres takes the better one in its place.
--
-- Returns 'appended' | 'waiting' | 'taken', and ' outdated' after it if the call has ended and is of
-- another node: it is not forgotten
local function append()
  local before = redis.call('GET', KEYS[1])
  if before then
    local rank, entry = string.match(before, '^(%d+) (%d+%-%d+)$')
    if not rank then return 'taken' end -- as an older version noted it
    if tonumber(rank) >= tonumber(ARGV[3]) then
      if redis.call('XRANGE', KEYS[2], entry, entry)[1] then return 'waiting' end
      return 'taken'
    end
  end
  local appended = redis.call('XADD', KEYS[2], '*', 'record', ARGV[2])
  redis.call('SET', KEYS[1], ARGV[3] .. ' ' .. appended, 'EX', ARGV[1])
  return 'appended'
end

local said = append()
if KEYS[3] and forget(KEYS[3], KEYS[4], ARGV[4], ARGV[5]) == false then
  return said .. ' outdated'
end
return said
