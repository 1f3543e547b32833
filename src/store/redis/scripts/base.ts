/**
 * What every script begins with.
 *
 * The keys, all under one prefix. Of a namespace: `shelf` (ordinals and sums, a hash), `tasks` and `heads` (by task id),
 * `videos` (task ids), `made` (task ids by age), `open` (unsettled task ids by their ends), `begun` (those that are to be
 * worked on, by when), `bucket`; what is owed is in owing.ts. Of all: `totals`, `files` (tasks by path), `settled` (tasks in
 * the order in which they settled), `shelves` (namespaces), `unsettled` (those that have open tasks), `resets`
 * (how many there were), `changes` (changed plans, a stream), `trash` (see resetting.ts). And `generation`: the how-manieth reset was
 * the last of the namespace, for a while; of everything under the empty name, for good.
 *
 * A task of `settled` counts if it is there and not open: after a reset the name may be another task's by now.
 * Money is in millionths of a Credit. Redis writes a number given to a command with 17 digits, so instants are exact.
 */
export const BASE = String.raw`
local prefix, call = KEYS[1], redis.call
local TOTALS, FILES, SETTLED = prefix .. 'totals', prefix .. 'files', prefix .. 'settled'
local SHELVES, UNSETTLED = prefix .. 'shelves', prefix .. 'unsettled'
local CHUNK = 1000

local function of(kind, ns) return prefix .. kind .. ':' .. ns end

local function named(ns, id) return ns .. '\n' .. id end

local function partsOf(name) return string.match(name, '^(.*)\n([^\n]*)$') end

local function add(key, field, amount)
  if amount ~= 0 then call('HINCRBY', key, field, amount) end
end

local function numbers(key, ...)
  local values = call('HMGET', key, ...)
  for n = 1, #values do values[n] = tonumber(values[n] or 0) end
  return unpack(values)
end

local function headOf(text)
  local _, ordinal, price, wins, bytes, video, path, source =
    string.match(text, '^(%d+) (%d+) (%d+) (%d) (%d+)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n')
  return {
    ordinal = ordinal, price = tonumber(price), wins = wins == '1', bytes = tonumber(bytes),
    video = video, path = path, source = source,
  }
end

local function ageName(head, id) return named(string.format('%015d', head.ordinal), id) end
`
