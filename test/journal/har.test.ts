import { Ajv } from 'ajv'
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import addFormats from 'ajv-formats'
import harSchemas from 'har-schema'
import { describe, expect, it } from 'vitest'
import { toHar } from '../../src/journal/har.ts'
import type { Entry } from '../../src/journal/journal.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE } from '../simulation/sample.ts'
import { accepted, callback, download, request } from './entries.ts'

const ajv = new Ajv({ strict: false })
addFormats.default(ajv)
ajv.addMetaSchema(draft06)
for (const schema of Object.values(harSchemas)) ajv.addSchema(schema)
const isHar = ajv.getSchema('har.json') as ReturnType<typeof ajv.compile>

const OPTIONS = { version: '1.2.3', origin: 'http://127.0.0.1:4180' }

function archived(...entries: Entry[]) {
  const har = toHar(entries, OPTIONS)
  isHar(har)
  expect(isHar.errors ?? []).toEqual([])
  return har.log.entries
}

describe('the archive', () => {
  it('is held to the published schema by a check that can fail', () => {
    expect(isHar({ log: { version: '1.2', creator: { name: 'x' }, entries: [] } })).toBe(false)
    expect(isHar({ log: { version: '1.2', creator: { name: 'x', version: '1' }, entries: [{}] } })).toBe(false)
  })

  it('holds a request and its answer, dated by the namespace’s clock', () => {
    const body = '{"prompt":"weiß"}'
    const [entry] = archived(
      accepted(3, {
        rawHeaders: [
          'Host',
          'kling.test:8080',
          'Authorization',
          '***',
          'X-Twice',
          'a',
          'x-twice',
          'b',
          'content-type',
          'application/json',
        ],
        query: 'a=1&b=x%20y',
        requestBody: body,
        responseHeaders: {
          'content-type': 'application/json; charset=utf-8',
          'x-n': 3,
          'set-cookie': ['a', 'b'],
          gone: undefined,
        },
        responseBody: '{"task_id":"é"}',
        answeredAt: START + 2000,
        endedAt: START + 2010,
        durationMs: 4.5,
      }),
    )
    expect(entry).toMatchObject({
      startedDateTime: '2026-06-01T00:00:00.000Z',
      time: 2010,
      timings: { send: 0, wait: 2000, receive: 10 },
      request: {
        method: 'POST',
        url: 'http://kling.test:8080/kling/videos?a=1&b=x%20y',
        headers: [
          { name: 'Host', value: 'kling.test:8080' },
          { name: 'Authorization', value: '***' },
          { name: 'X-Twice', value: 'a' },
          { name: 'x-twice', value: 'b' },
          { name: 'content-type', value: 'application/json' },
        ],
        queryString: [
          { name: 'a', value: '1' },
          { name: 'b', value: 'x y' },
        ],
        postData: { mimeType: 'application/json', text: body },
        bodySize: 18,
      },
      response: {
        status: 200,
        statusText: 'OK',
        headers: [
          { name: 'content-type', value: 'application/json; charset=utf-8' },
          { name: 'x-n', value: '3' },
          { name: 'set-cookie', value: 'a' },
          { name: 'set-cookie', value: 'b' },
        ],
        content: { size: 16, mimeType: 'application/json; charset=utf-8', text: '{"task_id":"é"}' },
        bodySize: 16,
      },
      _mockling: {
        kind: 'request',
        seq: 3,
        namespace: ALICE.slice(0, 8),
        taskId: 'task-3',
        accepted: true,
        durationMs: 4.5,
      },
    })
  })

  it('holds a caller who hung up as an answer of status 0', () => {
    const { status: _, ...unanswered } = accepted(1, { hungUp: true })
    const [entry] = archived(unanswered)
    expect(entry?.response).toMatchObject({ status: 0, statusText: '', content: { size: 0, text: '' } })
    expect(entry).toMatchObject({ _mockling: { hungUp: true } })
  })

  it('says of bodies that only their beginning is there', () => {
    const [entry] = archived(accepted(1, { requestCut: 70_000, responseCut: 80_000, responseBody: '{"i' }))
    expect(entry?.request).toMatchObject({
      bodySize: -1,
      postData: { comment: 'only the beginning of 70000 characters' },
    })
    expect(entry?.response).toMatchObject({
      bodySize: -1,
      content: { size: -1, comment: 'only the beginning of 80000 characters' },
    })
  })

  it('holds callbacks and downloads', () => {
    const [sent, fetched] = archived(
      callback({
        seq: 1,
        status: 500,
        requestHeaders: { 'content-type': 'application/json' },
        responseHeaders: { server: 'x' },
        responseBody: 'no',
        truncated: true,
      }),
      download({ seq: 2, path: '/bs2/a.mp4', status: 206, bytes: 1234, rawHeaders: ['Range', 'bytes=0-1233'] }),
    )
    expect(sent).toMatchObject({
      request: { method: 'POST', url: 'http://127.0.0.1/hook', postData: { mimeType: 'application/json', text: '{}' } },
      response: {
        status: 500,
        headers: [{ name: 'server', value: 'x' }],
        content: { text: 'no', comment: 'only the beginning' },
      },
    })
    expect(fetched).toMatchObject({
      request: { url: 'http://127.0.0.1:4180/bs2/a.mp4', headers: [{ name: 'Range', value: 'bytes=0-1233' }] },
      response: { status: 206, content: { size: 1234, mimeType: 'video/mp4' } },
    })
  })

  it('leaves out what is not over, or could not be read as HTTP', () => {
    const { endedAt: _, ...open } = accepted(1)
    expect(archived(open, request({ seq: 2, method: '', path: '' }), accepted(3))).toHaveLength(1)
  })

  it.each([
    ['/kling/%zz', undefined, 'http://127.0.0.1:4180/kling/%25zz'],
    ['/a b/ü', 'kling.test', 'http://kling.test/a%20b/%C3%BC'],
    ['//evil.test/x', 'kling.test', 'http://kling.test//evil.test/x'],
    ['*', 'kling.test', 'http://kling.test/*'],
    ['/x', 'kling.test/y', 'http://kling.test/x'],
    ['/x', '][', 'http://127.0.0.1:4180/x'],
  ])('has a URL for the path %s on the host %s', (path, host, url) => {
    const [entry] = archived(request({ path, rawHeaders: host === undefined ? [] : ['HOST', host] }))
    expect(entry?.request.url).toBe(url)
  })

  it('says what had to make room', () => {
    const dropped = { entries: 3, requests: 3, downloads: 0, callbacks: 0, accepted: 0, lastSeq: 7 }
    const { log } = toHar([], { ...OPTIONS, dropped })
    expect(log).toMatchObject({ version: '1.2', creator: { name: 'mockling', version: '1.2.3' } })
    expect(log.comment).toContain('3 older ones, up to #7, had to make room')
  })
})
