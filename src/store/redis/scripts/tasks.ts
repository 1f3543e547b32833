import { BASE } from './base.ts'
import { BOOKING } from './booking.ts'
import { OWING } from './owing.ts'

/** What speaks against a create. ARGV[6] on: most pending, price, balance, concurrency; the last two may be empty. */
const REFUSAL = `
local function refusal(ns, mostBytes, pending, bytes)
  local mostPending, price, balance, concurrency = unpack(ARGV, 6, 9)
  if balance ~= '' then
    local charged, reserved = numbers(of('shelf', ns), 'charged', 'reserved')
    if tonumber(price) > balance - charged - reserved then return 'used_up' end
  end
  if concurrency ~= '' and call('ZCARD', of('open', ns)) >= tonumber(concurrency) then return 'too_many_requests' end
  if pending >= tonumber(mostPending) or bytes >= mostBytes then return 'overloaded' end
  return ''
end
`

/** The beginning of verbs that may refuse or forget. ARGV: namespace, now, task id, retained, most bytes. */
const BEGIN = `${BOOKING}${OWING}${REFUSAL}
local ns, now, id, retain, mostBytes = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
`

/** Sets aside the next ordinal for a create that nothing will refuse: many may be under way at once. ARGV: namespace. */
export const TAKE_ORDINAL = `${BASE}
call('SADD', SHELVES, ARGV[1])
return call('HINCRBY', of('shelf', ARGV[1]), 'ordinals', 1)
`

/**
 * Keeps a new task. ARGV, after those above: ordinal, another namespace and its present, head, task, its age, end and
 * beginning of work, whether the ordinal may have been set aside, then place and due of each callback. Answers how it went,
 * how many were forgotten, and some namespace with open tasks, to be named by the next create: so all of them are booked in
 * turn.
 */
export const CREATE = `${BEGIN}
local ordinal, other, otherNow, text, json, createdAt, endsAt, beginsAt, isGiven = unpack(ARGV, 10, 18)
local last = numbers(of('shelf', ns), 'ordinals')
local isNext = tonumber(ordinal) == last + 1
-- After a reset it may be another's, or nobody's yet.
local isOurs = isGiven == '1' and tonumber(ordinal) <= last and call('HEXISTS', of('heads', ns), id) == 0
if not isNext and not isOurs then return { 'taken', 0, other } end
if book(ns, now) then return { 'more', 0, other } end
if other ~= '' then book(other, otherNow) end
local evicted, isMore, pending, bytes = evict(retain, mostBytes)
if isMore then return { 'more', evicted, other } end
local answer = refusal(ns, mostBytes, pending, bytes)
if answer == '' then
  local head = headOf(text)
  if isNext then call('HSET', of('shelf', ns), 'ordinals', ordinal) end
  show(ns, id, head, text, json, createdAt)
  open(ns, id, endsAt, beginsAt)
  call('SADD', UNSETTLED, ns)
  add(TOTALS, 'pending', 1)
  add(of('shelf', ns), 'reserved', head.price)
  owe(ns, id, 19)
  -- A task may be settled as soon as it is there, or leave no room for those that are.
  local isSettled = tonumber(endsAt) <= tonumber(now)
  budget = CHUNK
  if isSettled then book(ns, now) end
  if isSettled or bytes + head.bytes >= mostBytes then evicted = evicted + evict(retain, mostBytes) end
  answer = 'created'
end
return { answer, evicted, call('SRANDMEMBER', UNSETTLED) or '' }
`

/** Keeps a task that is settled from the start, and free. ARGV as above: now is its end; then head, task and age. */
export const KEEP_REFUSED = `${BOOKING}
local ns, now, id, retain, mostBytes = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
if book(ns, now) then return { 'more', 0 } end
show(ns, id, headOf(ARGV[6]), ARGV[6], ARGV[7], ARGV[8])
noteEnd(ns, tonumber(now))
settle(ns, { id }, 0)
return { '', (evict(retain, mostBytes)) }
`

/** What a create would be refused for. ARGV as far as a refusal needs them. */
export const REFUSE = `${BEGIN}
if book(ns, now) then return 'more' end
return refusal(ns, mostBytes, numbers(TOTALS, 'pending', 'bytes'))
`

/**
 * Puts a task in place of the one with its id, if that still has this head, and tells the others. ARGV: namespace, now, task
 * id, retained, most bytes; head it has, new head, new task, its end and beginning of work, how many callbacks it had, by whom;
 * then place, due and whether it is cancelled of each callback.
 */
export const REPLAN = `${BOOKING}${OWING}
local ns, now, id, retain, mostBytes = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local known, text, json, endsAt, beginsAt, callbacks, by = unpack(ARGV, 6, 12)
if call('HGET', of('heads', ns), id) ~= known then return { 'changed', 0 } end
call('HSET', of('tasks', ns), id, json)
call('HSET', of('heads', ns), id, text)
oweAnew(ns, id, tonumber(callbacks), 13)
local evicted = 0
if call('ZSCORE', of('open', ns), id) then
  open(ns, id, endsAt, beginsAt)
  book(ns, now)
  evicted = evict(retain, mostBytes)
end
local place = call('XADD', prefix .. 'changes', 'MAXLEN', '~', 10000, '*', 'by', by, 'namespace', ns, 'id', id)
call('PUBLISH', prefix .. 'changes', place)
return { '', evicted }
`

/** A task with its head. ARGV: namespace, task id. */
export const LOOK = `${BASE}
return { call('HGET', of('tasks', ARGV[1]), ARGV[2]), call('HGET', of('heads', ARGV[1]), ARGV[2]) }
`
