import { BASE } from './base.ts'

/** The task of a video. ARGV: namespace, video id. */
export const TASK_OF_VIDEO = `${BASE}
local id = call('HGET', of('videos', ARGV[1]), ARGV[2])
return id and call('HGET', of('tasks', ARGV[1]), id)
`

/** The task of a file. ARGV: path. */
export const TASK_OF_FILE = `${BASE}
local name = call('HGET', FILES, ARGV[1])
if not name then return false end
local ns, id = partsOf(name)
return call('HGET', of('tasks', ns), id)
`

/**
 * A page of a namespace's tasks, newest first, in so far as that can be had without looking at all of them: its first
 * place, how many there are, and the tasks. ARGV: namespace, from, to, offset, limit, the end that is forgotten.
 * Three tasks before the page are given with it, for the guides' own may stand between.
 */
export const PAGE = `${BASE}
local ns, from, to, forgotten = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[6])
local firstEnd = tonumber(call('HGET', of('shelf', ns), 'firstEnd') or 'inf')
if firstEnd <= forgotten or call('ZCOUNT', of('open', ns), '-inf', forgotten) > 0 then return { 'walk' } end
local made = of('made', ns)
local total = call('ZCOUNT', made, from, to)
local first = math.max(0, ARGV[4] - 3)
local last = math.min(total, tonumber(ARGV[4]) + ARGV[5]) - 1
local newer = call('ZCOUNT', made, '(' .. to, '+inf')
local tasks = {}
if last >= first then
  local ids = call('ZREVRANGE', made, newer + first, newer + last)
  for n, name in ipairs(ids) do
    local _, id = partsOf(name)
    tasks[n] = call('HGET', of('tasks', ns), id)
  end
end
return { '', first, total, tasks }
`

/** Namespaces that hold tasks, and how many. */
export const NAMESPACES = `${BASE}
local held = {}
for _, ns in ipairs(call('SMEMBERS', SHELVES)) do
  local tasks = call('HLEN', of('tasks', ns))
  if tasks > 0 then held[#held + 1] = { ns, tasks } end
end
return held
`

/** Takes one from a bucket. ARGV: namespace, rate per second, burst, now. A hair's breadth under one is one. */
export const TAKE = `${BASE}
local bucket, burst, now = of('bucket', ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local held = call('HMGET', bucket, 'level', 'filledAt')
local level, filledAt = tonumber(held[1] or burst), tonumber(held[2] or now)
local filled = math.min(burst, level + ((now - filledAt) / 1000) * ARGV[2])
local isTaken = filled >= 1 - 1e-9
call('HSET', bucket, 'level', isTaken and filled - 1 or filled, 'filledAt', now)
call('SADD', SHELVES, ARGV[1])
return isTaken and 1 or 0
`
