import type { OpenAPIObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'
import { readme, readmeBlock, table } from './blocks.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (...given: unknown[]) => Promise<void>

describe('README', () => {
  it('shows every command of the control door', async () => {
    await using simulator = await createSimulator()
    const document: OpenAPIObject = (await controlDoor(simulator).get('/openapi.json')).body
    const rows = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      METHODS.flatMap(method => {
        const summary = item[method]?.summary
        return summary === undefined ? [] : [[`\`${method.toUpperCase()} /_mockling${path}\``, summary]]
      }),
    )
    const expected = table(['command', 'what it does'], rows)
    expect(readmeBlock('commands', expected)).toBe(expected)
  })

  it('shows a program that does what it says', async () => {
    const [, block = ''] = /<!-- handle -->\s+```js\n([\s\S]*?)```/.exec(readme()) ?? []
    const [, promised] = /console\.log\(.*\/\/ (.*)/.exec(block) ?? []
    const printed: unknown[] = []
    const program = new AsyncFunction('createSimulator', 'console', block.replace(/^import .*$/m, ''))
    await program(createSimulator, { log: (value: unknown) => printed.push(value) })
    expect(JSON.stringify(printed[0])).toBe(
      promised?.replaceAll("'", '"').replaceAll(/\[ | \]|, /g, part => part.trim()),
    )
  })

  it('shows how to reroute a task', async () => {
    const [, path] = /POST http:\/\/127\.0\.0\.1:4180(\S+\/reroute)/.exec(readme()) ?? []
    const [, body = ''] = /reroute -H 'content-type: application\/json' \\\n {2}-d '(.*)'/.exec(readme()) ?? []
    await using simulator = await createSimulator({ clock: 'frozen' })
    const created = await simulator.app.inject({
      method: 'POST',
      url: '/kling/videos',
      headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
      payload: '{"action":"text2video","prompt":"a white mug","async":true}',
    })
    const [id = ''] = /[0-9a-f-]{36}/.exec(created.body) ?? []
    const command = (path ?? '').replace('/_mockling', '').replace('$id', id)
    expect((await controlDoor(simulator).post(command, body)).body.steps.at(-1)).toMatchObject({ code: 'forbidden' })
  })
})
