import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Document, parse, parseDocument, stringify } from 'yaml'

const ROOT = join(import.meta.dirname, '../..')
const DOCUMENT = 'kling-2026-05'
const TEXT = readFileSync(join(ROOT, 'openapi', `${DOCUMENT}.yaml`), 'utf8')

const script: string = join(ROOT, 'scripts/breaking-changes.mjs')
const { breakingChanges } = (await import(script)) as { breakingChanges(before: object, after: object): string[] }

/** What an edit of the document would break. */
const changesBy = (edit: Edit) => breakingChanges(parse(TEXT), parse(edited(edit)(TEXT)))

/** A folder with the documents of the project, as they are and as they were released, which are the same. */
function project() {
  const folder = mkdtempSync(join(tmpdir(), 'mockling-'))
  const file = (...path: string[]) => join(folder, ...path)
  const compare = (...words: string[]) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'scripts/compare-documents.mjs'), folder, ...words],
      { encoding: 'utf8' },
    )
    return { status, stderr }
  }
  cpSync(join(ROOT, 'openapi'), file('openapi'), { recursive: true })
  mkdirSync(file('fixtures'))
  writeFileSync(file('CHANGELOG.md'), '# Changelog\n\n## Pending\n\n- Better.\n\n## 0.1.0\n\n- Breaking: not now.\n')
  compare('--release')
  return {
    file,
    compare,
    /** Changes the document that is not released yet. */
    change(edit: (text: string) => string) {
      const path = file('openapi', `${DOCUMENT}.yaml`)
      const before = readFileSync(path, 'utf8')
      const after = edit(before)
      if (after === before) throw new Error('the edit changes nothing')
      writeFileSync(path, after)
    },
    announce(changes: readonly object[]) {
      writeFileSync(file('fixtures', 'released', 'announced.yaml'), stringify(changes))
    },
  }
}

/** A place in a document: `paths /kling/tasks post`. */
const at = (place: string) => place.split(' ').map(step => (/^\d$/.test(step) ? Number(step) : step))

type Edit = (document: Document) => unknown

function edited(edit: Edit): (text: string) => string {
  return text => {
    const document = parseDocument(text)
    edit(document)
    return document.toString()
  }
}

const CALLBACK = [...at('paths /kling/videos post callbacks settled'), '{$request.body#/callback_url}']
const TASK_ACCEPTED = { $ref: '#/components/schemas/TaskAccepted' }
const EXAMPLE_TYPE = at('application/json examples finished value type')

const lackModel: Edit = document => document.deleteIn(at('components schemas TextToVideo properties model enum 8'))

describe('the check for breaking changes', () => {
  it('passes on what is committed', () => {
    const run = spawnSync(process.execPath, ['scripts/compare-documents.mjs'], { cwd: ROOT, encoding: 'utf8' })
    expect(run).toMatchObject({ status: 0, stderr: '' })
  })

  it.each<[string, Edit, string]>([
    ['a model that is gone', lackModel, 'kling-video-o1'],
    [
      'a field that is required now',
      d => d.addIn(at('components schemas ImageToVideo required'), 'prompt'),
      '"prompt"',
    ],
    [
      'a shorter prompt',
      d => d.setIn(at('components schemas TextToVideo properties prompt maxLength'), 2000),
      '2500 -> 2000',
    ],
    [
      'another default',
      d => d.setIn(at('components schemas TextToVideo properties mode default'), 'pro'),
      '"std" -> "pro"',
    ],
    [
      'a field that answers lack',
      d => d.deleteIn(at('components schemas VideoResult properties duration')),
      'properties/duration',
    ],
    [
      'a string that became a number',
      d => d.setIn(at('components schemas VideoResult properties duration type'), 'number'),
      '"string" -> "number"',
    ],
    ['a call that is gone', d => d.deleteIn(at('paths /kling/tasks')), '~1kling~1tasks'],
    ['another name of a call', d => d.setIn(at('paths /kling/tasks post operationId'), 'ask'), '"queryTasks" -> "ask"'],
    ['an error that is gone', d => d.deleteIn(['paths', '/kling/videos', 'post', 'responses', '429']), 'responses/429'],
    ['callbacks that are gone', d => d.deleteIn(at('paths /kling/videos post callbacks')), 'post/callbacks'],
    [
      'a callback with another body',
      d => d.setIn([...CALLBACK, ...at('post requestBody content application/json schema')], TASK_ACCEPTED),
      'settled $request.body',
    ],
    [
      'a callback to another address',
      d => {
        d.setIn([...CALLBACK.slice(0, -1), '{$request.body#/hook}'], d.getIn(CALLBACK))
        d.deleteIn(CALLBACK)
      },
      'settled $request.body#~1callback_url/post',
    ],
    [
      'a field that requests lack',
      d => d.deleteIn(at('components schemas TextToVideo properties negative_prompt')),
      'properties/negative_prompt',
    ],
    [
      'a field that answers need not have, and lack',
      d => d.deleteIn(at('components schemas TaskRecord properties elapsed')),
      'properties/elapsed',
    ],
    [
      'a form of an answer that is gone',
      d => d.deleteIn(at('paths /kling/tasks post responses 200 content application/json schema oneOf 1')),
      'schema/oneOf',
    ],
    ['a word that is gone', d => d.deleteIn(at('components schemas ErrorPart properties code enum 0')), 'code/enum/0'],
    [
      'other fields that are refused',
      d => d.setIn(at('components schemas TextToVideo additionalProperties'), false),
      'additionalProperties: false',
    ],
    [
      'another format',
      d => d.setIn(at('components schemas VideoResult properties task_id format'), 'uri'),
      '"uuid" -> "uri"',
    ],
    [
      'forms told apart by another field',
      d => d.setIn(at('components schemas CreateVideo discriminator propertyName'), 'kind'),
      '"action" -> "kind"',
    ],
    [
      'another name of a schema',
      d => {
        d.setIn(at('components schemas Video'), d.getIn(at('components schemas VideoResult')))
        d.deleteIn(at('components schemas VideoResult'))
      },
      '#/components/schemas/VideoResult',
    ],
    ['another credential', d => d.setIn(['security'], [{ key: [] }]), '#/security'],
    [
      'a credential that is given otherwise',
      d => d.setIn(at('components securitySchemes bearer scheme'), 'basic'),
      '"bearer" -> "basic"',
    ],
    ['another server', d => d.setIn(at('servers 0 url'), 'https://example.com'), 'example.com'],
  ])('finds %s', (_, edit, words) => {
    expect(changesBy(edit).join('\n')).toContain(words)
  })

  it.each<[string, Edit]>([
    ['another model', d => d.addIn(at('components schemas TextToVideo properties model enum'), 'kling-v9')],
    [
      'a field that may be given',
      d => d.setIn(at('components schemas TextToVideo properties seed'), { type: 'integer' }),
    ],
    [
      'a field more in answers',
      d => d.setIn(at('components schemas VideoResult properties usage'), { type: 'number' }),
    ],
    ['another description', d => d.setIn(at('paths /kling/videos post description'), 'Videos.')],
    [
      'another description of a field called type',
      d => d.setIn(at('components schemas TaskRecord properties type description'), 'Which.'),
    ],
    [
      'another example of such a field',
      d => d.setIn([...at('paths /kling/tasks post responses 200 content'), ...EXAMPLE_TYPE], 'motion'),
    ],
    ['a server more', d => d.addIn(['servers'], { url: 'https://example.com' })],
    ['a schema more', d => d.setIn(at('components schemas Seed'), { type: 'integer' })],
    [
      'an answer more',
      d => d.setIn(at('paths /kling/tasks post responses').concat('418'), { description: 'A teapot.' }),
    ],
  ])('lets %s pass', (_, edit) => {
    expect(changesBy(edit)).toEqual([])
  })

  it('finds a revision that is gone', () => {
    const { file, compare } = project()
    rmSync(file('openapi', `${DOCUMENT}.yaml`))
    expect(compare().stderr).toContain('remove the revision')
  })

  it('lets pass what is announced with a reason and in the changelog, and prints how to', () => {
    const { file, change, announce, compare } = project()
    change(edited(lackModel))
    const shown = parse(compare().stderr.split('\n').slice(1).join('\n')) as object[]
    announce(shown)
    expect(compare().stderr).toContain('without a reason')
    announce(shown.map(change => ({ ...change, because: 'The vendor has switched it off.' })))
    expect(compare().stderr).toContain('CHANGELOG.md says nothing')
    const changelog = readFileSync(file('CHANGELOG.md'), 'utf8')
    writeFileSync(file('CHANGELOG.md'), changelog.replace('- Better.', '- Breaking: kling-video-o1 is gone.'))
    expect(compare()).toEqual({ status: 0, stderr: '' })
    compare('--release')
    expect(readFileSync(file('fixtures', 'released', 'announced.yaml'), 'utf8')).toMatch(/\n\[\]\n$/)
    expect(compare()).toEqual({ status: 0, stderr: '' })
  })

  it('finds an announcement of what does not happen', () => {
    const { announce, compare } = project()
    announce([{ document: DOCUMENT, change: 'remove #/paths/~1kling~1tasks', because: 'It never was.' }])
    expect(compare().stderr).toContain('Announced, but not so')
  })
})
