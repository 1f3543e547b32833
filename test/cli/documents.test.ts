import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read } from '../documents/blocks.ts'
import { codeOf, PAGES } from '../documents/pages.ts'
import { isRedisThere, startRedis } from '../support/redis.ts'
import { openDesk } from './documents/desk.ts'
import { commandsIn } from './documents/shell.ts'
import { LANGUAGES_NOT_RUN, NOT_FOR_USERS, NOT_RUN, RUN_ELSEWHERE, SHOWN } from './documents/table.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const RUN = new Set(['sh', 'js', 'ts', 'python'].filter(language => !(language in LANGUAGES_NOT_RUN)))

/** Pages with something to run that is run here. */
const WITH_CODE = PAGES.filter(page => !(page in RUN_ELSEWHERE) && !NOT_FOR_USERS.includes(page)).filter(page =>
  codeOf(read(page)).some(({ language }) => RUN.has(language)),
)

const isRun = (page: string, command: string) =>
  !NOT_RUN.some(one => one.page === page && command.startsWith(one.command))

describe('what the pages tell their reader to run', () => {
  it.concurrent.each(WITH_CODE)(
    'runs as %s says',
    async page => {
      await using redis = isRedisThere && read(page).includes(':6379') ? await startRedis() : undefined
      await using desk = await openDesk(redis)
      for (const { language, text, line } of codeOf(read(page))) {
        if (!RUN.has(language)) continue
        const otherwise =
          language === 'sh'
            ? await desk.shell(text, command => isRun(page, command.text))
            : language === 'python'
              ? await desk.python(text)
              : await desk.script(text, language as 'js' | 'ts')
        expect(otherwise, `${page}, from line ${line} on`).toBeUndefined()
      }
    },
    240_000,
  )

  it('is of languages that are run, are shown only, or have a reason', () => {
    for (const page of PAGES.filter(page => !(page in RUN_ELSEWHERE)))
      for (const { language, line } of codeOf(read(page)))
        expect(RUN.has(language) || SHOWN.has(language) || language in LANGUAGES_NOT_RUN, `${page}:${line}`).toBe(true)
  })

  it('is left out for reasons that still stand', () => {
    for (const { page, command } of NOT_RUN) {
      const shell = codeOf(read(page)).filter(({ language }) => language === 'sh')
      const commands = shell.flatMap(({ text }) => commandsIn(text)).map(({ text }) => text)
      expect(
        commands.some(text => text.startsWith(command)),
        `${page}: ${command}`,
      ).toBe(true)
    }
    for (const [page, test] of Object.entries(RUN_ELSEWHERE)) {
      expect(PAGES).toContain(page)
      expect(existsSync(join(ROOT, test)), test).toBe(true)
    }
  })
})

describe('a block', () => {
  it('is read as commands, with what the page says of their end', () => {
    const block = [
      '# 429, with Retry-After',
      "curl -s http://a.test -d '{",
      '  "a": 1}' + "'",
      '',
      'mockling explain x \\',
      '  --json   # all of it; exits with 1',
      '# a remark',
      'mockling matrix',
    ].join('\n')
    expect(commandsIn(block)).toEqual([
      { text: `curl -s http://a.test -d '{\n  "a": 1}'`, exitCode: 0, refusal: 429 },
      { text: 'mockling explain x \\\n  --json   # all of it; exits with 1', exitCode: 1, refusal: undefined },
      { text: 'mockling matrix', exitCode: 0, refusal: undefined },
    ])
  })

  it.each([
    ['ends otherwise', 'mockling matrix   # exits with 1'],
    ['is answered with a refusal that was not announced', 'curl -s http://127.0.0.1:4180/nowhere'],
    ['is answered well where a refusal was announced', '# 404 no_api\ncurl -s http://127.0.0.1:4180/health'],
    ['can not be started', 'mockling --port 1.5'],
    ['is misspelt', 'mokling'],
  ])('is told of if it %s', async (_, block) => {
    await using desk = await openDesk()
    expect(await desk.shell(block, () => true)).toEqual(expect.any(String))
  })

  it('of JavaScript is told of if it throws', async () => {
    await using desk = await openDesk()
    expect(await desk.script("throw new RangeError('out of it')\n", 'js')).toContain('out of it')
  })
})

describe.skipIf('python' in LANGUAGES_NOT_RUN)('a block of Python', () => {
  it.each([
    ['raises', "raise LookupError('out of it')", 'out of it'],
    ['is refused', "import requests, os\nrequests.post(os.environ['MOCKLING_URL'] + '/kling/videos')", '0 accepted'],
  ])('is told of if it %s', async (_, block, words) => {
    await using desk = await openDesk()
    expect(await desk.python(block)).toContain(words)
  })
})

describe('npm start', () => {
  it('listens, as README says', async () => {
    const child = spawn('npm', ['start', '--silent', '--', '--port', '0', '--json'], { cwd: ROOT })
    const ended = once(child, 'close')
    const [line] = await once(child.stdout, 'data')
    const { url, pid } = JSON.parse(String(line))
    expect((await fetch(`${url}/health`)).status).toBe(200)
    process.kill(pid, 'SIGTERM')
    await ended
  })
})
