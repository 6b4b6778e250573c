-- What both scripts of a site begin with.
-- KEYS: visitors by time, page by visitor, visitors by page.
local online, page_of, on_page = KEYS[1], KEYS[2], KEYS[3]

local function leaves_page(visitor)
  local page = redis.call('HGET', page_of, visitor)
  if page then
    redis.call('HDEL', page_of, visitor)
    if tonumber(redis.call('ZINCRBY', on_page, -1, page)) <= 0 then redis.call('ZREM', on_page, page) end
  end
end

local function leave(visitors)
  for _, visitor in ipairs(visitors) do
    redis.call('ZREM', online, visitor)
    leaves_page(visitor)
  end
end
