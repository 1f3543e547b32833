import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImage } from '../../scripts/image.mjs'
import { freePort, startRedis } from '../support/redis.ts'
import { without } from '../support/tools.ts'
import { until } from '../support/until.ts'
import { type Container, type Image, runImage, sizeOf, startImage } from './container.ts'

const missing = without(
  ['buildah', '--version'],
  ['debootstrap', '--version'],
  // Only who may mount in a namespace of its own and change its root can go through the steps.
  ['unshare', '--mount', '--pid', '--fork', 'chroot', '/', 'mount', '-t', 'tmpfs', 'none', '/mnt'],
  ['redis-server', '--version'],
)

/** Of what is added to the base image. */
const MOST_MEGABYTES = 48

const JSON_TYPE = { authorization: 'Bearer any', 'content-type': 'application/json' }

function create(url: string, body: object = {}): Promise<Response> {
  const text2video = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug', ...body }
  return fetch(`${url}/kling/videos`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(text2video) })
}

/** Whether a request to it is being held. */
async function holdsOne({ facts }: Container): Promise<boolean> {
  const key = { 'x-mockling-key': facts.controlKey }
  const metrics = await (await fetch(`${facts.url}/_mockling/metrics`, { headers: key })).text()
  return /^mockling_held_requests 1$/m.test(metrics)
}

describe.skipIf(missing !== '')(`the image${missing}`, { timeout: 120_000 }, () => {
  let image: Image & { remove(): void }
  beforeAll(() => {
    image = buildImage({ log: 'ignore' })
  }, 600_000)
  afterAll(() => image?.remove())

  /** Its address inside says 0.0.0.0. */
  const start = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
    const MOCKLING_PORT = String(await freePort())
    return startImage(image, args, { env: { MOCKLING_PORT, ...env } })
  }

  it('says how it is to be run', () => {
    expect(image.config).toMatchObject({
      User: '1000:1000',
      WorkingDir: '/data',
      Entrypoint: ['mockling'],
      ExposedPorts: { '4180/tcp': {} },
      Env: expect.arrayContaining(['MOCKLING_HOST=0.0.0.0', 'NODE_ENV=production']),
    })
  })

  it('has what is needed to run, and nothing that was needed to build', () => {
    const modules = readdirSync(join(image.root, 'opt/mockling/node_modules'))
    expect(modules).toEqual(expect.arrayContaining(['fastify', 'ioredis', 'bullmq']))
    for (const name of ['typescript', 'vitest', 'tsdown', '@scalar']) expect(modules).not.toContain(name)
    expect(existsSync(join(image.root, 'opt/mockling/src'))).toBe(false)
    expect(sizeOf(join(image.root, 'opt/mockling')) / 1e6).toBeLessThan(MOST_MEGABYTES)
  })

  it('owns nothing but the directory for what is to last', () => {
    expect(statSync(join(image.root, 'data')).uid).toBe(1000)
    expect(statSync(join(image.root, 'opt/mockling/dist/quick.cjs')).uid).toBe(0)
  })

  it('serves without privileges in a root directory that is read-only', async () => {
    await using container = await start(['--pace', 'instant'])
    const status = readFileSync(`/proc/${container.pid}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m)
    expect(status).toMatch(/^CapBnd:\t0{16}$/m)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(container.exec(['touch', '/data/file']).stderr).toContain('Read-only file system')
    const video = (await (await create(container.facts.url)).json()) as { video_url: string }
    const file = Buffer.from(await (await fetch(video.video_url)).arrayBuffer())
    expect(file.toString('latin1', 4, 8)).toBe('ftyp')
    expect((await fetch(`${container.facts.url}/docs/scalar.js`)).status).toBe(200)
  })

  it('takes what V8 made of the start file when the image was built', async () => {
    await using container = await start([], { NODE_DEBUG: 'mockling' })
    const { stderr } = await container.stop('SIGTERM')
    expect(stderr).toContain(': taken')
  })

  it('is healthy where it listens, be that said by flag or environment, and unhealthy where nobody does', async () => {
    const check = image.config.Healthcheck.Test.slice(1)
    await using byEnvironment = await start()
    await until('it is healthy', () => byEnvironment.exec(check).status === 0)
    await using byFlag = await start(['--port', String(await freePort())])
    await until('it is healthy', () => byFlag.exec(check).status === 0)
    process.kill(byFlag.pid, 'SIGSTOP')
    expect(byFlag.exec(check).status).toBe(1)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('ends within two seconds of %s, a held request included', async signal => {
    await using container = await start(['--pace', '600'])
    const held = create(container.facts.url)
    await until('the request is held', () => holdsOne(container))
    const { status, ms } = await container.stop(signal)
    expect(status).toBe('exit 0')
    expect(ms).toBeLessThan(2000)
    const answer = await held
    expect(answer.status).toBe(503)
    expect(answer.headers.get('x-mockling-shutdown')).toBe('1')
  })

  it('asks for a key at its control door', async () => {
    await using container = await start()
    const ask = (headers: Record<string, string>) => fetch(`${container.facts.url}/_mockling/v1/clock`, { headers })
    expect((await ask({})).status).toBe(401)
    expect((await ask({ 'x-mockling-key': container.facts.controlKey })).status).toBe(200)
  })

  it('is a replica where it is given a Redis', async () => {
    await using redis = await startRedis()
    await using one = await start(['--pace', 'instant'], { MOCKLING_REDIS_URL: redis.url })
    await using other = await start(['--pace', 'instant'], { MOCKLING_REDIS_URL: redis.url })
    const { task_id } = (await (await create(one.facts.url)).json()) as { task_id: string }
    const asked = await fetch(`${other.facts.url}/kling/tasks`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ action: 'retrieve', id: task_id }),
    })
    expect(await asked.json()).toMatchObject({ response: { success: true } })
  })

  it('has the other commands, too', async () => {
    expect(await runImage(image, ['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+/) })
    expect(await runImage(image, ['matrix'])).toMatchObject({ code: 0, stdout: expect.stringContaining('kling-v1') })
    await using container = await start(['--pace', 'instant'])
    const { url, controlKey } = container.facts
    await (await create(url)).arrayBuffer()
    expect(container.exec(['mockling', 'wait', url])).toMatchObject({ status: 0 })
    const report = container.exec(['mockling', 'report', url, '--key', controlKey])
    expect(report).toMatchObject({ status: 0, stdout: expect.stringContaining('would have cost 1.4 Credits') })
  })

  it('refuses settings as everywhere', async () => {
    const { code, stderr } = await runImage(image, ['--pace', 'slowly'])
    expect(code).toBe(2)
    expect(stderr).toContain('--pace')
  })
})
