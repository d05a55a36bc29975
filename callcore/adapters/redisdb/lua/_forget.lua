-- _forget.lua: an ended call is forgotten.
--
-- True if it was; false if it is of another node than `calls`; nil if it is unknown or has a place.
-- Only the first changes anything.
local function forget(key, calls, call_id, node)
  local call = redis.call('HMGET', key, 'state', 'node')
  if call[1] ~= 'ended' then return nil end
  if call[2] ~= node then return false end
  redis.call('DEL', key)
  redis.call('SREM', calls, call_id)
  return true
end
