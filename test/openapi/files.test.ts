import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DEFAULT_REVISION, REVISIONS } from '../../src/contract/revisions.ts'
import { openApiDocument } from '../../src/openapi/document.ts'
import { openApiFiles } from '../../src/openapi/files.ts'
import { openApiYaml } from '../../src/openapi/yaml.ts'

const root = resolve(import.meta.dirname, '../..')
const files = openApiFiles()

describe('the committed documents', () => {
  it('are one for each revision and the default, and strict ones beside them', () => {
    const forms = REVISIONS.flatMap(revision => [`kling-${revision}.yaml`, `kling-${revision}.strict.yaml`])
    const names = [...forms, 'kling.yaml']
    expect(Object.keys(files).toSorted()).toEqual(names.map(name => `openapi/${name}`).toSorted())
    expect(readdirSync(resolve(root, 'openapi')).toSorted()).toEqual(names.toSorted())
    expect(files['openapi/kling.yaml']).toBe(files[`openapi/kling-${DEFAULT_REVISION}.yaml`])
  })

  it.each(Object.entries(files))('%s is what the sources make (npm run generate renews it)', (path, text) => {
    expect(readFileSync(resolve(root, path), 'utf8').replaceAll('\r\n', '\n')).toBe(text)
  })

  it('are approved by scripts/generate.mjs --check', () => {
    const run = spawnSync(process.execPath, ['scripts/generate.mjs', '--check'], { cwd: root, encoding: 'utf8' })
    expect(run).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })
})

describe('the YAML', () => {
  const document = openApiDocument('2026-05')

  it.each(['1.1', '1.2'] as const)('says the same to readers of YAML %s', version => {
    expect(parse(openApiYaml(document), { version })).toEqual(document)
  })

  it('is written out in full, without anchors', () => {
    expect(openApiYaml(document)).not.toMatch(/^\s*[^"'|]*: [&*]\w+$/m)
  })
})
