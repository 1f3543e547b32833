import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { REVISIONS } from '../../../src/contract/revisions.ts'
import { run } from '../../cli/command.ts'
import { expectVideo, type Fake, fake, isOffered, posted, showPendingAs } from './fakes.ts'
import { installed, pinned } from './place.ts'
import { scorecard } from './scorecard.ts'
import { FRAME, TEXT, WORKFLOWS, type Workflow, workflowsOf } from './workflows.ts'

/** The command's own place: neither an `.env` nor anything else of ours lies there. */
const PLACE = mkdtempSync(join(tmpdir(), 'mockling-'))

interface Ended {
  readonly code: number
  /** Both streams: it prints its errors on standard output. */
  readonly text: string
}

function kling({ mockling }: Fake, words: readonly string[], env: object = {}): Promise<Ended> {
  const options = { cwd: PLACE, env: { ...process.env, ...mockling.env, COLUMNS: '1000', ...env } }
  return new Promise(resolve =>
    execFile(installed('kling'), words, options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
    ),
  )
}

const COMMANDS: Readonly<Record<string, string>> = {
  image2video: 'image-to-video',
  'end frame': 'image-to-video',
  'reference images': 'image-to-video',
  extend: 'extend',
  turbo: 'turbo',
  storyboard: 'storyboard',
  elements: 'asset-video',
  motion: 'motion',
  'directed storyboard': 'storyboard',
  voices: 'asset-video',
  'lip-sync': 'lip-sync',
  'spoken text': 'lip-sync',
  'recording as a file': 'lip-sync',
  'talking photo': 'talking-photo',
  'goods studio': 'goods-studio',
  'video commerce': 'video-commerce',
}

/** Commands that read the body from a file. */
const FROM_FILE = /turbo|storyboard|asset|studio|commerce/

/** The words that have this made: at once, or `async`. */
function wordsFor({ name, body }: Pick<Workflow, 'name' | 'body'>, isAsync: boolean): string[] {
  const command = COMMANDS[name] ?? 'generate'
  if (FROM_FILE.test(command)) {
    const file = join(PLACE, `${command}-${isAsync}.json`)
    writeFileSync(file, JSON.stringify({ ...body, async: isAsync }))
    return [command, '--request-file', file]
  }
  const { action: _, prompt, ...fields } = body
  const options = Object.entries(fields).flatMap(([field, value]) => {
    const option = `--${field.replaceAll('_', '-')}`
    if (value === true) return [option]
    return [option, typeof value === 'object' ? JSON.stringify(value) : String(value)]
  })
  const isArgument = command === 'generate' || command === 'image-to-video'
  const said = prompt === undefined ? [] : isArgument ? [String(prompt)] : ['--prompt', String(prompt)]
  return [command, ...said, ...options, '--json', ...(isAsync ? ['--async'] : [])]
}

const card = scorecard('kling-pro-cli')

let instant: Fake

export function klingProCli() {
  beforeAll(async () => {
    instant = await fake('--pace', 'instant')
  })

  it('says which version it is, and names its commands', async () => {
    const [version, help] = await Promise.all([kling(instant, ['--version']), kling(instant, ['--help'])])
    expect(version.text).toContain(pinned('kling-pro-cli'))
    const commands = [...(/Commands:\n(.*)/s.exec(help.text)?.[1]?.matchAll(/^ {2}([a-z-]+)/gm) ?? [])]
    const known = [...WORKFLOWS.map(({ name }) => COMMANDS[name] ?? 'generate'), ...OTHERS]
    expect(new Set(commands.map(([, command]) => command))).toEqual(new Set(known))
  })

  describe.each(REVISIONS)('under revision %s', revision => {
    let to: Fake
    beforeAll(async () => {
      to = await fake('--pace', 'instant', '--revision', revision)
    })

    it.each(workflowsOf(revision))('carries out: $name', async workflow => {
      const held = await kling(to, wordsFor(workflow, false))
      if (!(await isOffered(workflow, to))) {
        expect(held.code).toBe(1)
        expect(held.text).toMatch(/^Error: \{.*"error":\{"code":"(?:bad_request|api_not_implemented)","message":"/)
        return card.note(revision, workflow.name, 'refused')
      }
      expect(held.code, held.text).toBe(0)
      await expectVideo(JSON.parse(held.text), to)
      if (revision === REVISIONS.at(-1)) await expectVideo(await madeLater(to, workflow), to)
      card.note(revision, workflow.name, 'done')
    })
  })

  it('shows several tasks at once', async () => {
    const made = await Promise.all([TEXT, FRAME].map(body => kling(instant, wordsFor(named(body), true))))
    const ids = made.map(({ text }) => JSON.parse(text).task_id)
    const { text } = await kling(instant, ['tasks', ...ids, '--json'])
    expect(JSON.parse(text)).toMatchObject({ count: 2, items: [{ response: {} }, { response: {} }] })
  })

  it('is answered by callback', async () => {
    const body = { ...TEXT, callback_url: instant.mockling.inbox.url('done') }
    const { text } = await kling(instant, wordsFor(named(body), false))
    expect(Object.keys(JSON.parse(text))).toEqual(['task_id'])
    await expectVideo(await posted(instant, 'done'), instant)
  })

  it.each(['models', 'aspect-ratios', 'config'])('knows by itself: %s', async command => {
    const { code, text } = await kling(instant, [command])
    expect(code).toBe(0)
    expect(text).toMatch(/kling-v1|16:9|API Base URL/)
    if (command === 'config') expect(text).toContain(instant.url)
  })

  it.each([
    ['refuse invalid_token', 'Invalid API token'],
    ['refuse token_mismatched', '"message":"The specified token is not matched with API."'],
    ['refuse bad_request', '"code":"bad_request"'],
    ['refuse too_many_requests', '"message":"You have exceeded the rate limit."'],
    ['fail api_error', '"message":"fetch failed"'],
    ['fail timeout', '"code":"timeout"'],
    ['answer-html', '502 Bad Gateway'],
    ['answer-malformed', 'Expecting property name enclosed in double quotes'],
    ['answer-dropped', 'Server disconnected without sending a response.'],
    ['answer-late 30', 'Request to /kling/videos timed out after 1.0s'],
  ])('ends with 1 and a word of it after %s', async (effects, message) => {
    const to = await fake('--pace', 'instant')
    await to.mockling.outcomes.add(effects, { next: 1 })
    const { code, text } = await kling(to, wordsFor(named(TEXT), false), { KLING_REQUEST_TIMEOUT: '1' })
    expect(code).toBe(1)
    expect(text).toMatch(/^Error: /)
    expect(text).toContain(message)
    expect(await to.mockling.requests.count({ operation: 'create' })).toBe(1)
  })

  it('needs nothing but what `mockling exec` sets', async () => {
    const words = [installed('kling'), 'generate', 'a white mug', '--json']
    const { code, stdout, stderr } = await run(['exec', '--pace', 'instant', '--', ...words], { cwd: PLACE })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ state: 'succeed', duration: '5.1' })
    expect(stderr).toContain('would have cost 1.4 Credits')
  })

  describe('faults', faults)
  return card
}

const OTHERS = ['task', 'tasks', 'wait', 'models', 'aspect-ratios', 'config']

/** What `task` shows of a task made with `--async`. */
async function madeLater(to: Fake, workflow: Workflow): Promise<unknown> {
  const { text } = await kling(to, wordsFor(workflow, true))
  const record = await kling(to, ['task', JSON.parse(text).task_id, '--json'])
  return JSON.parse(record.text).response
}

/** A body without a workflow of its own, for the command that its action has. */
function named(body: Workflow['body']): Pick<Workflow, 'name' | 'body'> {
  return { name: String(body['action']), body }
}

function faults(): void {
  card.fault('waits in vain, even for a task that is finished', async () => {
    const { text } = await kling(instant, wordsFor(named(TEXT), true))
    const { task_id } = JSON.parse(text)
    for (const shape of ['absent', 'null', 'empty', 'snapshot']) {
      await showPendingAs(instant, shape)
      expect(await kling(instant, ['wait', task_id, '--interval', '1', '--timeout', '1'])).toEqual({
        code: 1,
        text: expect.stringContaining(`Error: Timeout: task ${task_id} did not complete within 1s`),
      })
    }
    expect((await instant.mockling.tasks.get(task_id)).state).toBe('succeed')
  })

  card.fault('shows nothing of a task without `--json`', async () => {
    const { text } = await kling(instant, wordsFor(named(TEXT), true))
    const shown = await kling(instant, ['task', JSON.parse(text).task_id])
    expect({ ...shown, text: shown.text.trim() }).toEqual({ code: 0, text: '' })
  })

  card.fault('has no data of a finished video without `--json`', async () => {
    const { code, text } = await kling(instant, ['generate', 'a white mug'])
    expect(code).toBe(0)
    expect(text).toContain("No data available yet. Use 'task' to check status.")
    expect(text).not.toContain('.mp4')
    expect(await instant.mockling.tasks.list({ limit: 1 })).toMatchObject({ items: [{ state: 'succeed' }] })
  })

  card.fault('calls every 403 a matter of permissions', async () => {
    for (const effects of ['refuse used_up', 'fail forbidden']) {
      await instant.mockling.outcomes.add(effects, { next: 1 })
      const { code, text } = await kling(instant, wordsFor(named(TEXT), false))
      expect({ code, text: text.trim() }).toEqual({
        code: 1,
        text: 'Error: Access denied. Check your API permissions.',
      })
    }
  })

  card.fault('calls an expired token invalid', async () => {
    await instant.mockling.outcomes.add('refuse token_expired', { next: 1 })
    const { text } = await kling(instant, wordsFor(named(TEXT), false))
    expect(text.trim()).toBe('Error: Invalid API token')
  })

  card.fault('sends the path of `--audio-file` in place of the file', async () => {
    const to = await fake('--pace', 'instant', '--revision', '2026-08')
    const file = join(PLACE, 'words.mp3')
    writeFileSync(file, 'ID3')
    const source = ['--mode', 'audio2video', '--video-url', 'https://a.test/clip.mp4', '--audio-type', 'file']
    const { code, text } = await kling(to, ['lip-sync', ...source, '--audio-file', file, '--json'])
    expect(code).toBe(1)
    expect(text).toContain('"message":"File is not in a valid base64 format"')
    const [made] = await to.mockling.requests.list({ operation: 'create', limit: 1 })
    expect(made && 'requestBody' in made && JSON.parse(made.requestBody ?? '{}').audio_file).toBe(file)
  })
}
