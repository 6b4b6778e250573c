-- How many are online on a site, and on one of its pages.
-- KEYS: visitors by time, page by visitor, visitors by page.
-- ARGV: the oldest time within the window, the score of replaced names, how many may go at once, the page or ''.
-- Answers visitors, visitors on the page, and whether some who left are still among the latter.
local online, page_of, on_page = KEYS[1], KEYS[2], KEYS[3]
local since, replaced, most, page = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local count = redis.call('ZCOUNT', online, since, '(' .. replaced)
if page == '' then return { count, 0, 0 } end
local gone = redis.call('ZRANGEBYSCORE', online, '-inf', '(' .. since, 'LIMIT', 0, most)
for _, visitor in ipairs(gone) do
  redis.call('ZREM', online, visitor)
  local left = redis.call('HGET', page_of, visitor)
  if left then
    redis.call('HDEL', page_of, visitor)
    if tonumber(redis.call('ZINCRBY', on_page, -1, left)) <= 0 then redis.call('ZREM', on_page, left) end
  end
end
return { count, tonumber(redis.call('ZSCORE', on_page, page) or 0), #gone == most and 1 or 0 }
