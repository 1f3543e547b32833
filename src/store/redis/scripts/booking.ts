import { BASE } from './base.ts'

/**
 * Books what has settled, and forgets the oldest of it. Both do so much and no more at a time: where more is left, the
 * verb answers `more` before it does anything of its own, and is called again.
 */
export const BOOKING = `${BASE}
local budget = CHUNK

-- Puts a task among the settled, as the last.
local function settle(ns, ids, wins)
  local last = call('HINCRBY', TOTALS, 'sequence', #ids)
  local order = {}
  for n, id in ipairs(ids) do
    order[2 * n - 1] = last - #ids + n
    order[2 * n] = named(ns, id)
  end
  call('ZADD', SETTLED, unpack(order))
  for _, sums in ipairs({ TOTALS, of('shelf', ns) }) do
    add(sums, 'settled', #ids)
    add(sums, 'succeeded', wins)
  end
end

-- Lists that skip what is forgotten need not look before the first end there was.
local function noteEnd(ns, at)
  local first = tonumber(call('HGET', of('shelf', ns), 'firstEnd') or 'inf')
  if at < first then call('HSET', of('shelf', ns), 'firstEnd', at) end
end

-- Books what of the namespace has settled by now. True if there is more of it.
local function book(ns, now)
  local open = of('open', ns)
  local due = call('ZRANGEBYSCORE', open, '-inf', now, 'WITHSCORES', 'LIMIT', 0, budget)
  if #due == 0 then return false end
  local ids = {}
  for n = 1, #due, 2 do ids[#ids + 1] = due[n] end
  local charged, reserved, wins = 0, 0, 0
  for _, text in ipairs(call('HMGET', of('heads', ns), unpack(ids))) do
    local head = headOf(text)
    reserved = reserved + head.price
    if head.wins then
      wins = wins + 1
      charged = charged + head.price
    end
  end
  call('ZREM', open, unpack(ids))
  call('ZREM', of('begun', ns), unpack(ids))
  add(of('shelf', ns), 'charged', charged)
  add(of('shelf', ns), 'reserved', -reserved)
  add(TOTALS, 'pending', -#ids)
  noteEnd(ns, tonumber(due[2]))
  settle(ns, ids, wins)
  budget = budget - #ids
  if budget == 0 then return true end
  if call('EXISTS', open) == 0 then call('SREM', UNSETTLED, ns) end
  return false
end

-- Forgets a settled task. What it weighed, if it was one.
local function forget(ns, id)
  local text = call('HGET', of('heads', ns), id)
  if not text or call('ZSCORE', of('open', ns), id) then return end
  local head = headOf(text)
  if call('HEXISTS', of('owed', ns), id) == 1 then call('HSET', of('kept', ns), id, call('HGET', of('tasks', ns), id)) end
  call('HDEL', of('tasks', ns), id)
  call('HDEL', of('heads', ns), id)
  call('HDEL', of('videos', ns), head.video)
  call('HDEL', FILES, head.path, head.source)
  call('ZREM', of('made', ns), ageName(head, id))
  for _, sums in ipairs({ TOTALS, of('shelf', ns) }) do
    add(sums, 'settled', -1)
    add(sums, 'succeeded', head.wins and -1 or 0)
    add(sums, 'bytes', -head.bytes)
  end
  return head.bytes
end

-- Forgets settled tasks that there is no room for, the oldest first: how many, whether there are more, and what is left.
local function evict(retain, mostBytes)
  local settled, bytes, pending = numbers(TOTALS, 'settled', 'bytes', 'pending')
  local evicted = 0
  for _ = 1, CHUNK do
    if settled <= (bytes < mostBytes and retain or 0) then return evicted, false, pending, bytes end
    local first = call('ZPOPMIN', SETTLED)[1]
    if not first then return evicted, false, pending, bytes end
    local weight = forget(partsOf(first))
    if weight then
      settled, bytes, evicted = settled - 1, bytes - weight, evicted + 1
    end
  end
  return evicted, true
end

-- Has the task found by its id, its video's and its files.
local function show(ns, id, head, text, json, createdAt)
  call('HSET', of('tasks', ns), id, json)
  call('HSET', of('heads', ns), id, text)
  call('ZADD', of('made', ns), createdAt, ageName(head, id))
  if head.video ~= '' then call('HSET', of('videos', ns), head.video, id) end
  if head.path ~= '' then call('HSET', FILES, head.path, named(ns, id)) end
  if head.source ~= '' then call('HSET', FILES, head.source, named(ns, id)) end
  for _, sums in ipairs({ TOTALS, of('shelf', ns) }) do add(sums, 'bytes', head.bytes) end
  call('SADD', SHELVES, ns)
end

-- Has the task settle at that instant.
local function open(ns, id, endsAt, beginsAt)
  call('ZADD', of('open', ns), endsAt, id)
  if beginsAt ~= '' then call('ZADD', of('begun', ns), beginsAt, id) end
end
`

/** Books what has settled in namespaces. ARGV: each with its present. Answers how many tasks, and 1 if there are more. */
export const BOOK = `${BOOKING}
for n = 1, #ARGV, 2 do
  if book(ARGV[n], ARGV[n + 1]) then return { CHUNK, 1 } end
end
return { CHUNK - budget, 0 }
`

/** Where a namespace stands. ARGV: namespace, now. */
export const ACCOUNT = `${BOOKING}
if book(ARGV[1], ARGV[2]) then return { 'more' } end
local sums = call('HMGET', of('shelf', ARGV[1]), 'charged', 'reserved')
return { '', sums[1] or '0', sums[2] or '0' }
`

/** Counts tasks by state. ARGV: namespaces with open tasks, each with its present. */
export const CENSUS = `${BASE}
local open, begun = 0, 0
for n = 1, #ARGV, 2 do
  open = open + call('ZCARD', of('open', ARGV[n]))
  begun = begun + call('ZCOUNT', of('begun', ARGV[n]), '-inf', ARGV[n + 1])
end
local settled, succeeded = numbers(TOTALS, 'settled', 'succeeded')
return { open - begun, begun, succeeded, settled - succeeded }
`
