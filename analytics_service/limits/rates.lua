-- When senders will have all of their allowance again (generic cell rate), over all workers.
-- KEYS: one of each sender. ARGV: now, what one beacon costs, how far ahead a sender may come, all in
-- milliseconds; then how many beacons each sender sent. Answers the new times.
local now, each, ahead = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local times = {}
for i, key in ipairs(KEYS) do
  local full = math.max(tonumber(redis.call('GET', key) or 0), now)
  if full > now + ahead then full = now end
  full = math.min(full + each * tonumber(ARGV[3 + i]), now + ahead)
  redis.call('SET', key, string.format('%.0f', full), 'PX', math.max(1, math.ceil(full - now)))
  times[i] = string.format('%.0f', full)
end
return times
