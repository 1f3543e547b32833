import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Entry } from '../../src/journal/journal.ts'
import type { Sealed } from '../../src/journal/sealed.ts'
import { countIn, itemsOf, linesOf, sealedFrom } from '../../src/replicas/packs.ts'

const entries = fc.array(
  fc.record({
    kind: fc.constant('request' as const),
    seq: fc.integer({ min: 1, max: 2 ** 52 }),
    at: fc.integer(),
    namespace: fc.constantFrom('', 'a'.repeat(64)),
    traceId: fc.uuid(),
    method: fc.constantFrom('GET', 'POST'),
    path: fc.string({ unit: 'binary' }),
    rawHeaders: fc.array(fc.string({ unit: 'binary' })),
    responseBody: fc.oneof(fc.constant('line\nbreak\r\u2028\u2029'), fc.string({ unit: 'binary' })),
    accepted: fc.constantFrom(true as const, undefined),
  }),
  { minLength: 1, maxLength: 20 },
)

it('says the same of entries when they are opened, and what the journal has to know before', () => {
  fc.assert(
    fc.property(entries, given => {
      const items = itemsOf(
        given.map(entry => ({ entry: entry as Entry })),
        'me',
      )
      const packs = items.map(([, , , pack = '']) => pack)
      expect(packs.reduce((sum, pack) => sum + countIn(pack), 0)).toBe(given.length)
      const sealed = packs.flatMap(linesOf).map(line => sealedFrom(line, error => expect.fail(String(error))))
      const plain = (entry: unknown): unknown => JSON.parse(JSON.stringify(entry))
      expect(sealed.map(one => one.open())).toEqual(given.map(plain))
      const about = ({ seq, kind, namespace, accepted }: Pick<Sealed, 'seq' | 'kind' | 'namespace' | 'accepted'>) => ({
        ...{ seq, kind, namespace, accepted },
      })
      expect(sealed.map(about)).toEqual(given.map(about))
    }),
  )
})

it.each([
  [
    'another place',
    '6 download 0 a {"kind":"download","seq":5,"at":0,"namespace":"a","method":"","path":"","rawHeaders":[],"bytes":0}',
  ],
  [
    'another namespace',
    '5 download 0 b {"kind":"download","seq":5,"at":0,"namespace":"a","method":"","path":"","rawHeaders":[],"bytes":0}',
  ],
  ['no entry', '5 download 0 a {"kind":"download"}'],
  ['no JSON', '5 download 0 a {'],
])('opens none where a line has %s, and says so', (_, line) => {
  const defects: unknown[] = []
  expect(sealedFrom(line, error => defects.push(error)).open()).toBeUndefined()
  expect(defects).toHaveLength(1)
})

it.each(['', '5', '0 request 0 a {}', '9007199254740993 request 0 a {}', '5 request 2 a {}', '5 visit 0 a {}'])(
  'takes %j for no entry',
  line => {
    expect(() => sealedFrom(line, () => {})).toThrow(/of the history/)
  },
)
