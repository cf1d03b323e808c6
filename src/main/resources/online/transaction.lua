-- Adds a transaction to the latest of its key. The first decision about it stays.
-- KEYS: the sorted set, and the document where the key is the customer's.
-- ARGV: epoch second, identity, how many to keep, time to live in seconds; then the document and the command that writes it.
if KEYS[2] then
  if ARGV[6] == 'JSON.SET' then
    if redis.call('JSON.SET', KEYS[2], '$', ARGV[5], 'NX') then
      redis.call('EXPIRE', KEYS[2], ARGV[4])
    end
  else
    redis.call('SET', KEYS[2], ARGV[5], 'EX', ARGV[4], 'NX')
  end
end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[3])
if over > 0 then
  if KEYS[2] then
    for _, identity in ipairs(redis.call('ZRANGE', KEYS[1], 0, over - 1)) do
      redis.call('UNLINK', KEYS[1] .. ':' .. identity)
    end
  end
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1)
end
return 1
