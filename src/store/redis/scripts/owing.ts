import { BASE } from './base.ts'

/**
 * Whose callbacks are owed. Of a namespace: `owed` (by task id: place, attempt, due and state of each), `due` (those that
 * wait, by when), `fresh` (the same for those whose create is not answered yet), `fresh-since` (their tasks, by Redis' own
 * time), `at-work` (those underway), `kept` (tasks that are owed and else forgotten). Of all: `owing` (namespaces with some
 * that wait), `underway` (by when they were claimed).
 *
 * States: f fresh, w waiting, u underway, c underway and cancelled.
 */
export const OWING = String.raw`
local OWING, UNDERWAY = prefix .. 'owing', prefix .. 'underway'
local PLACE_OF = { f = 'fresh', w = 'due' }

local function realMs()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function owedOf(ns, id)
  local owed = {}
  for place, attempt, due, state in string.gmatch(call('HGET', of('owed', ns), id) or '', '(%d+) (%d+) (%S+) (%a)') do
    owed[place] = { attempt = attempt, due = due, state = state }
  end
  return owed
end

local function keepOwed(ns, id, owed)
  local parts = {}
  for place, one in pairs(owed) do
    parts[#parts + 1] = table.concat({ place, one.attempt, one.due, one.state }, ' ')
  end
  if #parts > 0 then return call('HSET', of('owed', ns), id, table.concat(parts, ',')) end
  call('HDEL', of('owed', ns), id)
  call('HDEL', of('kept', ns), id)
  call('ZREM', of('fresh-since', ns), id)
end

local function waitName(id, place, one) return id .. '\n' .. place .. '\n' .. one.attempt end

local function workName(ns, id, place) return ns .. '\n' .. id .. '\n' .. place end

local function waitOf(name) return string.match(name, '^(.*)\n(%d+)\n%d+$') end

local function workOf(name) return string.match(name, '^(.*)\n([^\n]*)\n(%d+)$') end

-- Has it wait, in the state it has.
local function wait(ns, id, place, one)
  call('ZADD', of(PLACE_OF[one.state], ns), one.due, waitName(id, place, one))
  call('SADD', OWING, ns)
  add(TOTALS, 'waiting', 1)
end

-- It waits no longer.
local function leave(ns, id, place, one)
  call('ZREM', of(PLACE_OF[one.state], ns), waitName(id, place, one))
  add(TOTALS, 'waiting', -1)
end

-- Called when some have left.
local function noteNone(ns)
  if call('EXISTS', of('due', ns), of('fresh', ns)) == 0 then call('SREM', OWING, ns) end
end

local function stopWork(ns, id, place)
  call('ZREM', UNDERWAY, workName(ns, id, place))
  call('SREM', of('at-work', ns), workName(ns, id, place))
end

local function release(ns, id)
  if call('ZREM', of('fresh-since', ns), id) == 0 then return end
  local owed = owedOf(ns, id)
  for place, one in pairs(owed) do
    if one.state == 'f' then
      leave(ns, id, place, one)
      one.state = 'w'
      wait(ns, id, place, one)
    end
  end
  keepOwed(ns, id, owed)
end

-- What a new task owes: place and due of each, from the argument on.
local function owe(ns, id, from)
  if from > #ARGV then return end
  local owed = {}
  for n = from, #ARGV, 2 do
    owed[ARGV[n]] = { attempt = '1', due = ARGV[n + 1], state = 'f' }
    wait(ns, id, ARGV[n], owed[ARGV[n]])
  end
  call('ZADD', of('fresh-since', ns), realMs(), id)
  keepOwed(ns, id, owed)
end

-- What is owed by a new plan: place, due and whether it is cancelled of each, from the argument on. The first so many are known.
local function oweAnew(ns, id, known, from)
  local owed = owedOf(ns, id)
  for n = from, #ARGV, 3 do
    local place, due, isCancelled = ARGV[n], ARGV[n + 1], ARGV[n + 2] == '1'
    local one = owed[place]
    local waits = one and PLACE_OF[one.state]
    if one and isCancelled then
      if waits then leave(ns, id, place, one) end
      one.state = 'c'
      if waits then owed[place] = nil end
    elseif waits and one.attempt == '1' then
      leave(ns, id, place, one)
      one.due = due
      wait(ns, id, place, one)
    elseif not one and not isCancelled and tonumber(place) >= known then
      owed[place] = { attempt = '1', due = due, state = 'w' }
      wait(ns, id, place, owed[place])
    end
  end
  keepOwed(ns, id, owed)
  noteNone(ns)
end
`

const VERB = `${BASE}${OWING}`

/** ARGV: namespace, task id. */
export const RELEASE = `${VERB}
release(ARGV[1], ARGV[2])
`

/** ARGV: namespace, now, limit, how long a fresh one is left to its creator. */
export const CLAIM = `${VERB}
local ns, limit, ms = ARGV[1], tonumber(ARGV[3]), realMs()
local orphans = call('ZRANGEBYSCORE', of('fresh-since', ns), '-inf', ms - ARGV[4], 'LIMIT', 0, CHUNK)
for _, id in ipairs(orphans) do release(ns, id) end
local claimed = {}
local waiting = call('ZRANGEBYSCORE', of('due', ns), '-inf', ARGV[2], 'LIMIT', 0, math.min(limit, CHUNK))
for _, name in ipairs(waiting) do
  local id, place = waitOf(name)
  local owed = id and owedOf(ns, id) or {}
  local one = owed[place]
  if one and one.state == 'w' and name == waitName(id, place, one) then
    leave(ns, id, place, one)
    one.state = 'u'
    keepOwed(ns, id, owed)
    call('ZADD', UNDERWAY, ms, workName(ns, id, place))
    call('SADD', of('at-work', ns), workName(ns, id, place))
    claimed[#claimed + 1] = { ns, id, place, one.attempt, one.due }
  else
    -- Nobody is owed that: it must not be in the way of the others.
    call('ZREM', of('due', ns), name)
  end
end
noteNone(ns)
return claimed
`

/** ARGV: real milliseconds, limit. */
export const RECLAIM = `${VERB}
local ms = realMs()
local claimed = {}
for _, name in ipairs(call('ZRANGEBYSCORE', UNDERWAY, '-inf', '(' .. (ms - ARGV[1]), 'LIMIT', 0, ARGV[2])) do
  local ns, id, place = workOf(name)
  local one = ns and owedOf(ns, id)[place]
  if one and not PLACE_OF[one.state] then
    call('ZADD', UNDERWAY, ms, name)
    claimed[#claimed + 1] = { ns, id, place, one.attempt, one.due }
  else
    call('ZREM', UNDERWAY, name)
  end
end
return claimed
`

/** Has an underway one wait, or be over without an attempt given. ARGV: namespace, task id, place, attempt, due. */
export const PUT_BACK = `${VERB}
local ns, id, place = ARGV[1], ARGV[2], ARGV[3]
local owed = owedOf(ns, id)
local one = owed[place]
if not one or PLACE_OF[one.state] then return end
stopWork(ns, id, place)
if ARGV[4] and one.state == 'u' then
  owed[place] = { attempt = ARGV[4], due = ARGV[5], state = 'w' }
  wait(ns, id, place, owed[place])
else
  owed[place] = nil
end
keepOwed(ns, id, owed)
`

/** What is owed of a task, and the task. ARGV: namespace, task id. */
export const OWED = `${BASE}
local ns, id = ARGV[1], ARGV[2]
return { call('HGET', of('owed', ns), id) or '', call('HGET', of('tasks', ns), id) or call('HGET', of('kept', ns), id) }
`

/** Those that wait, with their dues. ARGV: namespaces. */
export const WAITING = `${BASE}
local waiting = {}
for n, ns in ipairs(ARGV) do
  waiting[2 * n - 1] = call('ZRANGE', of('due', ns), 0, -1, 'WITHSCORES')
  waiting[2 * n] = call('ZRANGE', of('fresh', ns), 0, -1, 'WITHSCORES')
end
return waiting
`

/** The earliest due, and how many are underway. ARGV: namespace. */
export const EARLIEST = `${BASE}
local earliest = ''
for _, kind in ipairs({ 'due', 'fresh' }) do
  local first = call('ZRANGE', of(kind, ARGV[1]), 0, 0, 'WITHSCORES')[2]
  if first and (earliest == '' or tonumber(first) < tonumber(earliest)) then earliest = first end
end
return { earliest, call('SCARD', of('at-work', ARGV[1])) }
`

/** How many wait and are underway, over all namespaces. */
export const OWINGS = `${VERB}
return { numbers(TOTALS, 'waiting'), call('ZCARD', UNDERWAY) }
`
