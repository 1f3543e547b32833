import { expect, it } from 'vitest'
import {
  create,
  createAsync,
  frozenSimulator,
  namespaceOf,
  post,
  retrieve,
  until,
  whenWaiting,
} from '../support/requests.ts'
import { dial } from '../support/sockets.ts'
import { block } from './blocks.ts'

const DOCUMENT = 'docs/how-to/journal.md'

const ANY = { token: 'any' }

function shown(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``
}

it('shows what a check that fails says', async () => {
  await using simulator = await frozenSimulator()
  await createAsync(simulator, {}, ANY)
  await create(simulator, { model: 'kling-v9' }, ANY)
  const check = { token: 'any', match: { operation: 'create', body: { model: 'kling-v3' } }, exactly: 1 }
  const { text } = (await post(simulator, '/_mockling/v1/journal/verify', check)).json()
  const expected = shown(text)
  expect(block(DOCUMENT, 'verdict', expected)).toBe(expected)
})

it('shows what the report says of a retry after a hang-up', async () => {
  await using simulator = await frozenSimulator()
  const body = '{"action":"text2video","prompt":"a white mug","timeout":30}'
  const socket = await dial(simulator.url)
  socket.write(
    `POST /kling/videos HTTP/1.1\r\nhost: x\r\nauthorization: Bearer any\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  await whenWaiting(simulator, 1, 'any')
  await simulator.control.advance(namespaceOf('any'), { ms: 5000 })
  socket.destroy()
  await until('the hang-up is noticed', () => simulator.control.journal.turn === 1)
  const retry = { action: 'text2video', prompt: 'a white mug', async: true }
  const { task_id: id } = (await post(simulator, '/kling/videos', retry, ANY)).json()
  await retrieve(simulator, id, ANY)
  await simulator.control.advance(namespaceOf('any'), { ms: 400 })
  await retrieve(simulator, id, ANY)
  await simulator.control.advance(namespaceOf('any'), { ms: 10_000 })
  const { text } = await simulator.control.books.report(namespaceOf('any'))
  const expected = shown(text)
  expect(block(DOCUMENT, 'report', expected)).toBe(expected)
})
