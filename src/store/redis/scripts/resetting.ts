import { BASE } from './base.ts'

/**
 * How long a namespace's last reset is remembered, in real seconds. What was under way before it is over by then, and
 * no number comes twice: whoever waits for longer than that finds another one, and begins again.
 */
const REMEMBERED_S = 600

/** Everything of a namespace but the heads of its tasks, and but what is among things of others. */
const OWN = `
local OWN = {
  'shelf', 'tasks', 'videos', 'made', 'open', 'begun', 'bucket', 'owed', 'due', 'fresh', 'fresh-since', 'at-work', 'kept',
}

local function drop(ns)
  for _, kind in ipairs(OWN) do call('UNLINK', of(kind, ns)) end
end
`

/**
 * Forgets everything of a namespace. The heads of its tasks are put aside: they say what there is left of it among things of
 * others, which nobody finds any more, and which is swept away afterwards. ARGV: namespace.
 */
export const RESET = `${BASE}${OWN}
local ns = ARGV[1]
call('SET', of('generation', ns), call('INCR', prefix .. 'resets'), 'EX', ${REMEMBERED_S})
local settled, succeeded, bytes = numbers(of('shelf', ns), 'settled', 'succeeded', 'bytes')
add(TOTALS, 'settled', -settled)
add(TOTALS, 'succeeded', -succeeded)
add(TOTALS, 'bytes', -bytes)
add(TOTALS, 'pending', -call('ZCARD', of('open', ns)))
add(TOTALS, 'waiting', -call('ZCARD', of('due', ns)) - call('ZCARD', of('fresh', ns)))
local atWork = call('SMEMBERS', of('at-work', ns))
for n = 1, #atWork, CHUNK do call('ZREM', prefix .. 'underway', unpack(atWork, n, math.min(n + CHUNK - 1, #atWork))) end
for _, all in ipairs({ SHELVES, UNSETTLED, prefix .. 'owing' }) do call('SREM', all, ns) end
drop(ns)
if call('EXISTS', of('heads', ns)) == 1 then
  local trash = named(ns, string.format('%d', call('HINCRBY', TOTALS, 'sequence', 1)))
  call('RENAME', of('heads', ns), of('trash', trash))
  call('SADD', prefix .. 'trash', trash)
end
`

/** Forgets everything of all. */
export const RESET_ALL = `${BASE}${OWN}
call('SET', of('generation', ''), call('INCR', prefix .. 'resets'))
for _, ns in ipairs(call('SMEMBERS', SHELVES)) do
  drop(ns)
  call('UNLINK', of('heads', ns))
end
for _, trash in ipairs(call('SMEMBERS', prefix .. 'trash')) do call('UNLINK', of('trash', trash)) end
call('UNLINK', TOTALS, FILES, SETTLED, SHELVES, UNSETTLED, prefix .. 'owing', prefix .. 'underway', prefix .. 'trash')
`

/** Sweeps away a part of what a reset left. ARGV: its name, cursor. Answers the next cursor, 0 when all is swept. */
export const SWEEP = `${BASE}
local trash = ARGV[1]
local ns = partsOf(trash)
local cursor, found = unpack(call('HSCAN', of('trash', trash), ARGV[2], 'COUNT', CHUNK))
for n = 1, #found, 2 do
  local id, head = found[n], headOf(found[n + 1])
  -- The same task may have been made again.
  if call('HEXISTS', of('heads', ns), id) == 0 then
    call('ZREM', SETTLED, named(ns, id))
    for _, path in ipairs({ head.path, head.source }) do
      if call('HGET', FILES, path) == named(ns, id) then call('HDEL', FILES, path) end
    end
  end
end
if cursor == '0' then
  call('UNLINK', of('trash', trash))
  call('SREM', prefix .. 'trash', trash)
end
return cursor
`
