import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')

/** The files beside the rooms. Only `index.ts`, the public names, is imported by a room. */
const PUBLIC = ''

/** Who may import whom: the table of docs/architecture.md. A new arrow changes both in one commit. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  contract: ['contract'],
  media: ['media'],
  simulation: ['simulation', 'contract'],
  faults: ['faults', 'recording', 'simulation', 'contract'],
  store: ['store', 'simulation', 'contract'],
  state: ['state', 'store', 'simulation', 'contract'],
  callbacks: ['callbacks', 'store', 'faults', 'simulation', 'contract'],
  journal: ['journal', 'contract', 'simulation'],
  replicas: ['replicas', 'callbacks', 'store', 'journal', 'faults', 'control', 'simulation'],
  http: ['http', 'contract', 'simulation', 'store', 'journal', 'faults', 'media', 'recording'],
  replay: ['replay', 'journal', 'callbacks', 'simulation'],
  control: ['control', 'contract', 'simulation', 'store', 'journal', 'faults', 'callbacks', 'replay'],
  metrics: ['metrics', 'contract', 'journal'],
  openapi: ['openapi', 'contract', 'faults', 'control'],
  conformance: ['conformance', 'contract', 'fixtures'],
  recording: ['recording', 'contract', 'simulation'],
  testing: ['testing', 'contract', 'control', 'journal', PUBLIC],
  inspector: ['inspector', 'contract', 'control', 'journal', 'callbacks', 'faults', 'conformance', 'recording'],
}

/** Arrows for types alone: nothing of that room is there at run time. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  state: ['store'],
  callbacks: ['store'],
  http: ['store', 'journal', 'recording'],
  replay: ['callbacks'],
  replicas: ['store', 'journal', 'faults', 'control'],
  control: ['store', 'callbacks'],
  metrics: ['journal'],
  openapi: ['control'],
  testing: ['journal'],
  inspector: ['control', 'journal', 'callbacks', 'faults', 'conformance', 'recording'],
}

interface Import {
  readonly room: string
  readonly isType: boolean
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(file => /\.tsx?$/.test(file))
  .map(file => file.split(sep).join('/'))

function roomOf(file: string): string {
  // Data beside the sources, which is built into the package.
  const [first = '', ...rest] = file.replace('../fixtures/', 'fixtures/').split('/')
  return rest.length === 0 ? '' : first
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8')
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm)
  return [...statements].map(([, type, fixed, lazy]) => ({
    room: roomOf(
      relative(SRC, resolve(SRC, dirname(file), fixed ?? lazy ?? ''))
        .split(sep)
        .join('/'),
    ),
    isType: type !== undefined,
  }))
}

const inRooms = files.filter(file => roomOf(file) in MAY_IMPORT)

describe('the import table', () => {
  it('covers every room but the ones that may import anything', () => {
    expect([...new Set(files.map(roomOf))].filter(room => !(room in MAY_IMPORT)).toSorted()).toEqual(['', 'cli'])
  })

  it.each(inRooms)('holds for %s', file => {
    const allowed = MAY_IMPORT[roomOf(file)] ?? []
    expect(importsOf(file).filter(({ room }) => !allowed.includes(room))).toEqual([])
  })

  it.each(inRooms)('keeps types to types in %s', file => {
    const typesOnly = TYPES_ONLY[roomOf(file)] ?? []
    expect(importsOf(file).filter(({ room, isType }) => typesOnly.includes(room) && !isType)).toEqual([])
  })

  it('is the one in docs/architecture.md', () => {
    const documented = Object.fromEntries(
      [...readFileSync(join(SRC, '../docs/architecture.md'), 'utf8').matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(
        ([, room = '', cell = '']) => [room, [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name).toSorted()],
      ),
    )
    const tabled = Object.fromEntries(
      Object.entries(MAY_IMPORT).map(([room, rooms]) => [
        room,
        rooms.filter(other => other !== room && other !== PUBLIC).toSorted(),
      ]),
    )
    expect(documented).toEqual(tabled)
  })
})

describe('the sources', () => {
  it('read the machine’s time in one file', () => {
    const readers = files.filter(file =>
      /\bnew Date\b|\bDate\.(now|parse)|(?<!\.)\bset(Timeout|Interval)\(/.test(readFileSync(join(SRC, file), 'utf8')),
    )
    // The page's is another machine.
    expect(readers.toSorted()).toEqual(['inspector/machine.ts', 'simulation/timebase.ts'])
  })

  it('wait for Node’s own immediates: those of a test that fakes timers never come', () => {
    const waiting = files.filter(file => {
      const text = readFileSync(join(SRC, file), 'utf8')
      return /\bsetImmediate\b/.test(text) && !/import \{ setImmediate\b.* \} from 'node:timers/.test(text)
    })
    expect(waiting).toEqual([])
  })

  it('have texts parsed as URLs by what goes on doing it', () => {
    const others = files.filter(file => /\bURL\.canParse\(/.test(readFileSync(join(SRC, file), 'utf8')))
    expect(others).toEqual([])
  })

  it('fit two screens', () => {
    const long = files.filter(file => readFileSync(join(SRC, file), 'utf8').split('\n').length > 320)
    expect(long).toEqual([])
  })
})
