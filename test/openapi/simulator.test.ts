import type { OpenAPIObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { LARGEST_PAGE, MOST_IDS, PAGE } from '../../src/contract/bodies.ts'
import { ERROR_CODES, ERRORS } from '../../src/contract/errors.ts'
import { REVISIONS } from '../../src/contract/revisions.ts'
import { PENDING_RESPONSES } from '../../src/contract/wire.ts'
import { openApiDocument } from '../../src/openapi/document.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { checksOf } from './reading.ts'

type Path = `/kling/${string}`

function post(simulator: Simulator, path: Path, payload: object, headers: Record<string, string> = {}) {
  return simulator.app.inject({
    method: 'POST',
    url: path,
    headers: { authorization: 'Bearer demo', ...headers },
    payload,
  })
}

const start = (settings: object) => createSimulator({ pace: 'instant', callbackDeny: ['webhook.site'], ...settings })

describe.each(REVISIONS)('the simulator in revision %s', revision => {
  const document: OpenAPIObject = openApiDocument(revision)
  const checks = checksOf(document)

  /** What is wrong with the answer by the document; `undefined` if nothing is. */
  function judged(path: Path, status: number, body: unknown): string | undefined {
    return checks('paths', path, 'post', 'responses', String(status), 'content', 'application/json', 'schema')(body)
  }

  function requestsOf(path: Path): [name: string, body: object][] {
    const examples = document.paths?.[path]?.post?.requestBody as { content: Record<string, { examples: object }> }
    return Object.entries(examples.content['application/json']?.examples ?? {}).map(([name, { value }]) => [
      name,
      value,
    ])
  }

  it.each(Object.keys(document.paths ?? {}) as Path[])('answers the examples of %s as documented', async path => {
    await using simulator = await start({ revision })
    for (const [name, body] of requestsOf(path)) {
      const reply = await post(simulator, path, body)
      expect(reply.statusCode, name).toBe(200)
      expect(judged(path, 200, reply.json()), name).toBeUndefined()
      const record = await post(simulator, '/kling/tasks', { id: reply.json().task_id ?? 'nobody' })
      expect(judged('/kling/tasks', 200, record.json()), name).toBeUndefined()
    }
  })

  it.each(PENDING_RESPONSES)('shows a pending task as documented, its response %s', async pendingResponse => {
    await using simulator = await start({ revision, pendingResponse, pace: 'real' })
    const accepted = await post(simulator, '/kling/videos', { action: 'text2video', prompt: 'a mug', async: true })
    const record = await post(simulator, '/kling/tasks', { id: accepted.json().task_id })
    expect(record.json()).not.toHaveProperty('finished_at')
    expect(judged('/kling/tasks', 200, record.json())).toBeUndefined()
  })

  it('refuses as documented, whatever the code', async () => {
    await using simulator = await start({ revision })
    for (const code of ERROR_CODES) {
      const body = { action: 'text2video', prompt: 'a mug', seed: 1 }
      const reply = await post(simulator, '/kling/videos', body, { 'x-mockling-outcome': `refuse ${code}` })
      expect(reply.statusCode).toBe(ERRORS[code].status)
      expect(judged('/kling/videos', reply.statusCode, reply.json()), code).toBeUndefined()
      expect(reply.headers).toMatchObject({ 'x-mockling-outcome': `refuse ${code}`, 'x-mockling-ignored': 'seed' })
      const ours = Object.keys(reply.headers).filter(name => name.startsWith('x-'))
      expect(ours.toSorted()).toEqual(Object.keys(document.components?.headers ?? {}).toSorted())
    }
  })

  it('refuses by a rule as the example of it shows', async () => {
    await using simulator = await start({ revision })
    const reply = await post(simulator, '/kling/videos', { action: 'text2video', prompt: 'a', callback_url: 'nowhere' })
    const responses = document.paths?.['/kling/videos']?.post?.responses
    const shown = responses?.['400'].content['application/json'].examples.broken_rule.value
    expect(Object.keys(reply.json())).toEqual(Object.keys(shown))
    expect(reply.json().error).toEqual(shown.error)
  })

  it('answers an unknown task with what the document calls one', async () => {
    await using simulator = await start({ revision })
    const reply = await post(simulator, '/kling/tasks', { id: 'nobody' })
    expect(checks('components', 'schemas', 'UnknownTask')(reply.json())).toBeUndefined()
  })
})

describe('the limits of /kling/tasks', () => {
  it.each([
    [{ ids: Array(MOST_IDS).fill('x') }, 200],
    [{ ids: Array(MOST_IDS + 1).fill('x') }, 400],
    [{ limit: LARGEST_PAGE }, 200],
    [{ limit: LARGEST_PAGE + 1 }, 400],
    [{ limit: 0 }, 400],
    [{ offset: -1 }, 400],
  ])('are the documented ones: %j', async (fields, status) => {
    await using simulator = await start({})
    const reply = await post(simulator, '/kling/tasks', { action: 'retrieve_batch', ...fields })
    expect(reply.statusCode).toBe(status)
  })

  it('make a page of the documented size', async () => {
    await using simulator = await start({ demo: PAGE + 2 })
    const reply = await post(simulator, '/kling/tasks', { action: 'retrieve_batch', type: 'videos' })
    expect(reply.json().items).toHaveLength(PAGE)
  })
})
