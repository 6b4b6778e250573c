-- How many are online on a site, and on one of its pages; the keys are those of leave.lua.
-- ARGV: the oldest time within the window, the score of replaced ids, how many may go at once, the page or ''.
-- Answers visitors, visitors on the page, and whether some who left are still among the latter.
local since, replaced, most, page = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local count = redis.call('ZCOUNT', online, since, '(' .. replaced)
if page == '' then return { count, 0, 0 } end
local gone = redis.call('ZRANGEBYSCORE', online, '-inf', '(' .. since, 'LIMIT', 0, most)
leave(gone)
return { count, tonumber(redis.call('ZSCORE', on_page, page) or 0), #gone == most and 1 or 0 }
