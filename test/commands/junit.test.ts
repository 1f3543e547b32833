import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { junitOf } from '../../src/cli/junit.ts'

/** What another program reads from the report. */
function read(xml: string): { attributes: Record<string, string>; cases: { name: string; failure: string | null }[] } {
  const script = `
import json, sys, xml.etree.ElementTree as tree
suite = tree.fromstring(sys.stdin.buffer.read()).find('testsuite')
cases = [{'name': c.get('name'), 'failure': c.findtext('failure')} for c in suite.findall('testcase')]
print(json.dumps({'attributes': suite.attrib, 'cases': cases}))`
  return JSON.parse(execFileSync('python3', ['-c', script], { input: xml, encoding: 'utf8' }))
}

describe('a JUnit report', () => {
  it('is read by another program as it was meant', () => {
    const xml = junitOf('suite', [
      { name: 'passes', durationMs: 1500 },
      { name: 'fails', failure: 'first line\nsecond <line> & "more"', note: 'unread' },
    ])
    expect(read(xml)).toEqual({
      attributes: { name: 'suite', tests: '2', failures: '1', errors: '0', skipped: '0', time: '1.500' },
      cases: [
        { name: 'passes', failure: null },
        { name: 'fails', failure: 'first line\nsecond <line> & "more"' },
      ],
    })
  })

  it('keeps to the schema that Jenkins reads by', async () => {
    const xml = junitOf('suite', [
      { name: 'passes', durationMs: 1500, note: 'seen' },
      { name: 'fails', failure: 'first line\nsecond' },
      { name: 'is left out', skipped: 'it may cost 1 Credit' },
    ])
    const schema = readFileSync(join(import.meta.dirname, 'jenkins-junit.xsd'), 'utf8')
    const { errors } = await validateXML({ xml: [{ fileName: 'report.xml', contents: xml }], schema: [schema] })
    expect(errors).toEqual([])
  })

  it('stays well-formed whatever came from outside', () => {
    const wild = 'a\u0000b\u001b[31m\ud800 ]]> <!-- <x y="z"> &amp; \uffff 😀'
    const [only] = read(junitOf(wild, [{ name: wild, failure: wild }])).cases
    expect(only?.failure).toBe('a?b?[31m? ]]> <!-- <x y="z"> &amp; ? 😀')
  })
})
