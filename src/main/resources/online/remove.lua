-- Removes a window that is older than a version.
-- KEYS: its hash. ARGV: epoch, count.
local epoch, count = tonumber(ARGV[1]), tonumber(ARGV[2])
local storedEpoch, storedCount = string.match(redis.call('HGET', KEYS[1], 'version') or '', '^(%d+)-(%d+)$')
storedEpoch, storedCount = tonumber(storedEpoch), tonumber(storedCount)
if storedEpoch and (storedEpoch < epoch or storedEpoch == epoch and storedCount < count) then
  return redis.call('UNLINK', KEYS[1])
end
return 0
