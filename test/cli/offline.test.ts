import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { differencesBetween } from '../../src/contract/differences.ts'
import { outcomeLines } from '../../src/faults/outcomes.ts'
import { run } from './command.ts'

const REFUSED =
  '{"action":"text2video","model":"kling-v2-5-turbo","prompt":"x","duration":7,"callback_ulr":"http://a.test"}'

describe('mockling explain', () => {
  it('prints every objection with its source and the nearest change', async () => {
    const { code, stdout } = await run(['explain', '-'], { input: REFUSED })
    expect(code).toBe(1)
    expect(stdout).toContain("message  duration value '7' is invalid (inferred: kling §4.2, form)")
    expect(stdout).toContain('nearest  set duration to 5')
    expect(stdout).toContain('Ignored: callback_ulr')
  })

  it('prints JSON on request, from a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'mockling-')), 'body.json')
    writeFileSync(file, REFUSED)
    const { code, stdout } = await run(['explain', file, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      revision: '2026-05',
      accepted: false,
      objections: [{ rule: 'R14', nearest: { set: { duration: 5 } } }],
      ignored: [{ field: 'callback_ulr', knownIn: [] }],
    })
  })

  it('accepts a sound body with its price and exit code 0', async () => {
    const { code, stdout } = await run(['explain', '-'], { input: '{"action":"text2video","prompt":"a mug"}' })
    expect(code).toBe(0)
    expect(stdout).toContain('Accepted by revision 2026-05.')
    expect(stdout).toContain('about 1.4 Credits')
  })

  it('names the revision that knows a value', async () => {
    const body = '{"action":"text2video","prompt":"a mug","model":"kling-v3"}'
    const { stdout } = await run(['explain', '-', '--revision', '2026-03'], { input: body })
    expect(stdout).toContain('message  model is invalid.')
    expect(stdout).toContain('known in 2026-05')
  })

  it('names the revisions that read an ignored field only where its own does not', async () => {
    const body = { action: 'text2video', prompt: 'a mug', shot_type: 'customize', video_id: 'x' }
    const ask = async (revision: string) =>
      (await run(['explain', '-', '--revision', revision], { input: JSON.stringify(body) })).stdout
    expect(await ask('2026-10')).toMatch(/^Ignored: shot_type\nIgnored: video_id$/m)
    expect(await ask('2026-08')).toMatch(/^Ignored: shot_type \(read by 2026-10\)\nIgnored: video_id$/m)
  })

  it('counts what the prompt cites, and names what it cites in vain', async () => {
    const image_list = [{ image_url: 'https://example.com/a.png' }, { image_url: 'https://example.com/b.png' }]
    const prompt = 'like <<<image_1>>> and <<<video_1>>>'
    const input = JSON.stringify({ action: 'text2video', model: 'kling-o1', prompt, image_list })
    const { code, stdout } = await run(['explain', '-', '--revision', '2026-08'], { input })
    expect(code).toBe(0)
    expect(stdout).toContain('The prompt cites 1 of 2 reference(s).')
    expect(stdout).toContain('It cites <<<video_1>>>, which is not there.')
    expect(stdout).toContain('Ignored: image_list.1')
  })

  it('explains a body of another endpoint, in the revisions that have it', async () => {
    const ask = (revision: string) =>
      run(['explain', '-', '--endpoint', 'lip-sync', '--revision', revision], { input: '{"mode":"text2video"}' })
    const { code, stdout } = await ask('2026-10')
    expect(code).toBe(1)
    expect(stdout).toContain('message  one of video_id or video_url is required (vendor: gateway §4.1 (G-ls))')
    expect(await ask('2026-05')).toMatchObject({
      code: 2,
      stderr: 'mockling: explain: revision 2026-05 has no /kling/lip-sync; 2026-08, 2026-10 have\n',
    })
  })

  it.each([
    ['{', 'standard input:'],
    ['[]', 'the body must be a JSON object, not []'],
  ])('refuses the input %s with exit code 2', async (input, text) => {
    const { code, stderr } = await run(['explain', '-'], { input })
    expect(code).toBe(2)
    expect(stderr).toContain(text)
  })
})

describe('mockling matrix', () => {
  it.each(['2026-03', '2026-05', '2026-08', '2026-10'])('prints the rows of %s', async revision => {
    const { code, stdout } = await run(['matrix', '--revision', revision, '--format', 'json'])
    expect(code).toBe(0)
    const { rows } = JSON.parse(stdout) as { rows: { model: string; source: string; grade: string }[] }
    expect(new Set(rows.map(row => row.model)).has('kling-v3')).toBe(revision !== '2026-03')
    expect(rows.every(row => row.source !== '' && row.grade !== '')).toBe(true)
  })
})

describe('mockling diff-revisions', () => {
  it('prints a table for each area', async () => {
    const { code, stdout } = await run(['diff-revisions', '2026-05', '2026-10'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^video_id +a UUID +18 decimal digits +vendor: gateway §1.4$/m)
    expect(stdout).toMatch(/^R35: element_list is closed +– +– \(in 2026-08: in force\) +chosen: /m)
    expect(stdout.match(/^\w+$/gm)).toEqual(['endpoints', 'models', 'matrix', 'fields', 'wire', 'rules'])
  })

  it('prints the same as data', async () => {
    const { code, stdout } = await run(['diff-revisions', '2026-05', '2026-10', '--json'])
    expect(code).toBe(0)
    const differences = differencesBetween('2026-05', '2026-10')
    expect(JSON.parse(stdout)).toEqual({ before: '2026-05', after: '2026-10', differences })
  })

  it.each([
    [['2026-05'], "missing required argument 'after'"],
    [['2026-05', '2027-01'], 'Allowed choices are 2026-03, 2026-05, 2026-08, 2026-10'],
  ])('refuses %j with exit code 2', async (revisions, text) => {
    const { code, stderr } = await run(['diff-revisions', ...revisions])
    expect(code).toBe(2)
    expect(stderr).toContain(text)
  })
})

describe('mockling outcomes', () => {
  it('lists each with how it is written, what the client is put through and its options', async () => {
    const { code, stdout } = await run(['outcomes'])
    expect(code).toBe(0)
    expect(stdout).toContain(
      [
        'callback-doubled [<times>] [gap=<seconds>]',
        '    The same callback comes twice (or more often). (create)',
        '    times: a whole number from 2 to 100; without it 2',
        '    gap: a number of seconds from 0 to 31536000; without it 0',
        '',
      ].join('\n'),
    )
    expect(stdout).toContain('without it the timeout of the request, else 600')
  })

  it('prints them as data', async () => {
    const { code, stdout } = await run(['outcomes', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(outcomeLines())
  })
})

describe('mockling exec --help', () => {
  it('says that it picks a free port', async () => {
    const { stdout } = await run(['exec', '--help'])
    expect(stdout).toContain('Port to listen on; 0 picks a free one. [0]')
  })
})

describe('mockling --help', () => {
  it('lists settings, magic tokens and outcomes', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    for (const text of [
      '--callback-retries',
      'MOCKLING_PACE',
      '.mockling-used_up',
      'fail api_error',
      'explain',
      'matrix',
      'diff-revisions',
      'exec',
      'wait',
      'env',
      'doctor',
      'trigger',
      'probe-receiver',
    ]) {
      expect(stdout).toContain(text)
    }
  })
})
