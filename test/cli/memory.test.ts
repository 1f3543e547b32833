import { describe, expect, it } from 'vitest'
import { create, serve } from './command.ts'

/** Two bytes each. */
const WIDE = '白'.repeat(50_000)

/** What fills the memory, by what is large about it. */
const FILLINGS: readonly [what: string, body: object, tokenOf: (index: number) => string][] = [
  ['tasks with callbacks', { callback_url: 'http://127.0.0.1:9/hook' }, () => 'any'],
  ['texts', { async: true, note: WIDE }, () => 'any'],
  ['small values', { async: true, note: Array.from({ length: 4000 }, () => ({})) }, () => 'any'],
  [
    'callbacks',
    { callback_url: 'http://127.0.0.1:9/', prompt: '[[mockling:succeed, callback-doubled 10]]' },
    () => 'any',
  ],
  ['tokens', { async: true }, index => `token-${index}`],
]

describe('a heap of 64 MB', () => {
  it.each(FILLINGS)('is full of %s before it is too small', async (_what, body, tokenOf) => {
    await using serving = await serve(['--pace', '3600'], { env: { NODE_OPTIONS: '--max-old-space-size=64' } })
    const { url } = serving.facts
    let made = 0
    const refusals: Response[] = []
    const fill = async () => {
      while (refusals.length < 30) {
        const reply = await create(url, body, tokenOf(made++))
        await reply.arrayBuffer()
        if (reply.status !== 200) refusals.push(reply)
      }
    }
    await Promise.all(Array.from({ length: 16 }, fill))
    for (const reply of refusals)
      expect([reply.status, reply.headers.get('x-mockling-overload')]).toEqual([503, 'pending'])
    await fetch(`${url}/_mockling/v1/reset`, { method: 'POST' })
    expect((await create(url, { async: true })).status).toBe(200)
  })
})
