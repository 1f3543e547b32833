import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../../src/config.ts'
import { type ContainerSettings, MocklingContainer } from '../../src/testing/testcontainers.ts'
import { type Engine, engine } from './engine.ts'

/** What the image itself sets: with no engine here, the Dockerfile is asked. */
const [, hosted = ''] =
  /^ENV .*\bMOCKLING_HOST=(\S+)/m.exec(readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8')) ?? []

let docker: Engine

// Testcontainers finds its engine once for each process.
beforeAll(async () => {
  docker = await engine({ MOCKLING_HOST: hosted })
  vi.stubEnv('DOCKER_HOST', docker.url)
  vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true')
  vi.stubEnv('TESTCONTAINERS_HOST_OVERRIDE', '127.0.0.1')
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await docker[Symbol.asyncDispose]()
})

beforeEach(() => {
  docker.wanted.length = 0
  docker.archives.length = 0
})

describe('MocklingContainer', () => {
  it('is ready when it has started, and lets tests command what runs in it', async () => {
    const started = await new MocklingContainer('mockling:1')
      .withPace('instant')
      .withSeed(7)
      .withRevision('2026-10')
      .start()
    const url = started.getBaseUrl()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ revision: '2026-10', seed: 7 })

    await started.connect('worker-1').outcomes.add('refuse too_many_requests', { next: 1 })
    const create = (token: string) =>
      fetch(`${url}/kling/videos`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"action":"text2video","prompt":"a white mug"}',
      })
    expect((await create('worker-1')).status).toBe(429)
    expect((await create('worker-2')).status).toBe(200)
    expect(await started.connect().requests.count({ operation: 'create' })).toBe(2)
    await started.stop()
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })

  it('asks the engine for the image and its port, with a key that others don’t know', async () => {
    const first = await new MocklingContainer('registry.test/mockling:1').start()
    expect((await fetch(`${first.getBaseUrl()}/_mockling/v1/clock`)).status).toBe(401)
    await first.stop()
    const second = await new MocklingContainer('registry.test/mockling:1').start()
    await second.stop()
    expect(docker.wanted.map(({ Image, ExposedPorts }) => [Image, Object.keys(ExposedPorts)])).toEqual(
      Array(2).fill(['registry.test/mockling:1', ['4180/tcp']]),
    )
    expect(docker.wanted[0]?.Env).toEqual([`MOCKLING_CONTROL_KEY=${first.getControlKey()}`])
    expect(second.getControlKey()).not.toBe(first.getControlKey())
    expect(first.getNetworkUrl('kling')).toBe('http://kling:4180')
  })

  it('sets settings as the command reads them from its environment', async () => {
    const container = new MocklingContainer('mockling')
      .withClock('auto-skip')
      .withSettings({ pace: 'real', callbackAllow: ['a.test', 'b.test'], clip: { '*': '/a.mp4' }, balance: 10 })
      .withSettings({ pace: 20 })
    // Files of a container are not here: it is looked at before it would start.
    await container.start().catch(() => {})
    const [wanted] = docker.wanted
    expect(wanted?.Env).toEqual(
      expect.arrayContaining([
        'MOCKLING_CLOCK=auto-skip',
        'MOCKLING_PACE=20',
        'MOCKLING_CALLBACK_ALLOW=a.test,b.test',
        'MOCKLING_CLIP=*=/a.mp4',
        'MOCKLING_BALANCE=10',
      ]),
    )
  })

  it('puts the tokens that work into the container', async () => {
    const started = await new MocklingContainer('mockling').withTokens('first', 'second').start()
    await started.stop()
    expect(docker.wanted[0]?.Env).toContain('MOCKLING_TOKENS=/etc/mockling/tokens')
    const [archive] = docker.archives
    expect(archive?.toString('latin1')).toContain('etc/mockling/tokens')
    expect(archive?.toString('latin1')).toContain('first\nsecond\n')
  })

  it('refuses what is no setting before anything is started', () => {
    const container = new MocklingContainer('mockling')
    expect(() => container.withSettings({ pace: 'slow' as 'fast' })).toThrow(ConfigError)
    expect(() => container.withSettings({ colour: 'red' } as ContainerSettings)).toThrow(
      'colour: there is no such setting',
    )
    expect(docker.wanted).toEqual([])
  })
})
