-- Touches of one site, sent in one go: either all of them hold or none.
-- KEYS: the worker's generation key, after those of leave.lua.
-- ARGV: window and limit, the newest time, the score of replaced ids, how many may go at once;
--       then visitor, time, previous id, page and whether nobody comes online by it who was not, of each
--       touch ('' where there is none).
-- Answers 1 where the worker's generation key was not there: then Redis has forgotten.
local window, limit, newest, replaced, most =
  tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local function is_online(visitor, previous_id)
  if redis.call('ZSCORE', online, visitor) then return true end
  local score = previous_id ~= '' and tonumber(redis.call('ZSCORE', online, previous_id) or replaced)
  return score and score < replaced
end

local function touch(at)
  local visitor, seen, previous_id, page = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
  if ARGV[at + 4] ~= '' and not is_online(visitor, previous_id) then return end
  if previous_id ~= '' then
    redis.call('ZADD', online, string.format('%.0f', replaced + seen), previous_id)
    leaves_page(previous_id)
  end
  local known = tonumber(redis.call('ZSCORE', online, visitor) or 0)
  if seen > known then redis.call('ZADD', online, ARGV[at + 1], visitor) end
  if page ~= '' and seen >= known and redis.call('HGET', page_of, visitor) ~= page then
    leaves_page(visitor)
    redis.call('HSET', page_of, visitor, page)
    redis.call('ZINCRBY', on_page, 1, page)
  end
end

for at = 6, #ARGV, 5 do touch(at) end

local since, replaced_since = newest - window, string.format('%.0f', replaced + newest - window)
leave(redis.call('ZRANGEBYSCORE', online, '-inf', '(' .. since, 'LIMIT', 0, most))
leave(redis.call('ZRANGEBYSCORE', online, replaced, '(' .. replaced_since, 'LIMIT', 0, most))
local over = redis.call('ZCARD', online) - limit
if over > 0 then leave(redis.call('ZRANGE', online, 0, math.min(over, most) - 1)) end

local is_new = redis.call('SET', KEYS[4], 1, 'PX', 2 * window, 'NX')
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 2 * window) end
return is_new and 1 or 0
