-- Writes a window unless the store holds a newer one. An equal one lives longer.
-- KEYS: its hash. ARGV: epoch, count, time to live in seconds, then fields and values.
local epoch, count = tonumber(ARGV[1]), tonumber(ARGV[2])
local stored = redis.call('HGET', KEYS[1], 'version')
if stored then
  local storedEpoch, storedCount = string.match(stored, '^(%d+)-(%d+)$')
  storedEpoch, storedCount = tonumber(storedEpoch), tonumber(storedCount)
  if storedEpoch and (storedEpoch > epoch or storedEpoch == epoch and storedCount > count) then
    return -1
  elseif storedEpoch == epoch and storedCount == count then
    redis.call('EXPIRE', KEYS[1], ARGV[3])
    return 0
  elseif storedEpoch ~= epoch then
    redis.call('DEL', KEYS[1])
  end
end
redis.call('HSET', KEYS[1], 'version', ARGV[1] .. '-' .. ARGV[2], unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
