-- Tells how far a subtask has published, if the store still holds what it told last. If not, the store has lost data.
-- KEYS: the hash of all subtasks. ARGV: the subtask's field, what it told last ('' at first), what to tell, time to live.
-- Returns 1, or what the store holds instead.
local held = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if ARGV[2] ~= '' and held ~= ARGV[2] then
  return held
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
