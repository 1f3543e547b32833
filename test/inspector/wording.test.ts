import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lengthText, relativeText, visible } from '../../src/inspector/format.ts'
import { differencesOf } from '../../src/inspector/views/callbacks/lines.ts'
import { asCurl, asFetch, asPython } from '../../src/inspector/views/tasks/copy-as.ts'
import { without } from '../support/tools.ts'

const URL = 'http://127.0.0.1:4180/kling/videos'

const BODY = {
  action: 'text2video',
  prompt: `it's "so" $HOME \`ls\` \\n 🦊 \u202e <b> %s`,
  async: true,
  generate_audio: false,
  duration: 5.5,
  video_id: null,
  element_list: [{ element_id: '1' }, 2],
}

/** Says what it was called with instead of asking anybody. */
const REQUESTS = `
import json, os, sys, types
os.environ['KLING_TOKEN'] = 'secret'
requests = types.ModuleType('requests')
def post(url, headers, json): 
    sys.stdout.write(dumps({'url': url, 'headers': headers, 'body': json}))
    sys.exit(0)
dumps = json.dumps
requests.post = post
sys.modules['requests'] = requests
`

describe('a create copied', () => {
  it('as curl is the same request, whatever a shell would take for its own', () => {
    const script = `curl() { for one in "$@"; do printf '%s\\0' "$one"; done; }\nKLING_TOKEN=secret\n${asCurl({ url: URL, body: BODY })}`
    const [url, , token, , type, , body] = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0')
    expect([url, token, type]).toEqual([URL, 'authorization: Bearer secret', 'content-type: application/json'])
    expect(JSON.parse(body ?? '')).toEqual(BODY)
  })

  it('as fetch is the same request', async () => {
    const asked: [string, { headers: object; body: string }][] = []
    const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (...g: unknown[]) => Promise<void>
    const program = new AsyncFunction('fetch', 'process', 'console', asFetch({ url: URL, body: BODY }))
    const answer = { status: 200, json: async () => ({}) }
    const fetching = async (url: string, options: { headers: object; body: string }) => {
      asked.push([url, options])
      return answer
    }
    await program(fetching, { env: { KLING_TOKEN: 'secret' } }, { log: () => {} })
    const [[url, options] = ['', { headers: {}, body: '' }]] = asked
    expect([url, JSON.parse(options.body)]).toEqual([URL, BODY])
    expect(options.headers).toMatchObject({ authorization: 'Bearer secret' })
  })

  const missing = without(['python3', '--version'])
  it.skipIf(missing)(`as Python is the same request${missing}`, () => {
    const text = execFileSync('python3', ['-c', REQUESTS + asPython({ url: URL, body: BODY })], { encoding: 'utf8' })
    expect(JSON.parse(text)).toEqual({ url: URL, headers: { authorization: 'Bearer secret' }, body: BODY })
  })
})

describe('two texts as one', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })

  it('have each of the two in it, in order', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const found = differencesOf(before, after)
        expect(found.filter(({ side }) => side !== 'after').map(({ text }) => text)).toEqual(before)
        expect(found.filter(({ side }) => side !== 'before').map(({ text }) => text)).toEqual(after)
      }),
    )
  })

  it('differ in as few lines as can be', () => {
    const found = differencesOf(['a', 'b', 'c', 'd'], ['a', 'c', 'x', 'd'])
    expect(found.map(({ side, text }) => `${side} ${text}`)).toEqual([
      'both a',
      'before b',
      'both c',
      'after x',
      'both d',
    ])
  })

  it('are not compared line by line where they are long, but for what they begin and end with', () => {
    const long = (prefix: string) => ['same', ...Array.from({ length: 1500 }, (_, at) => `${prefix}${at}`), 'end']
    const found = differencesOf(long('a'), long('b'))
    expect(found.length).toBe(3002)
    expect(found.at(-1)).toEqual({ side: 'both', text: 'end' })
  })
})

describe('a length of time', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1500, '1.5 s'],
    [2000, '2 s'],
    [61_000, '1 m 1 s'],
    [3_600_000, '1 h'],
    [90_000_000, '1 d 1 h'],
    [-5000, '−5 s'],
    [Number.POSITIVE_INFINITY, 'never'],
  ])('of %d ms is %s', (ms, text) => {
    expect(lengthText(ms)).toBe(text)
  })

  it('has a direction', () => {
    expect([relativeText(5000, 0), relativeText(0, 5000), relativeText(7, 7)]).toEqual(['in 5 s', '5 s ago', 'now'])
  })
})

describe('what others wrote', () => {
  it('has visible what changes how it is read, and is else as it was', () => {
    expect(visible('a\u202eb\u0000c\u200bd')).toBe('a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩d')
    const usual = 'line\n\ttab 👩‍🚀 é <script>'
    expect(visible(usual)).toBe(usual)
  })
})
