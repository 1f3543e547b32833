import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Served, serve } from '../cli/command.ts'
import { freePort, type RedisServer, startRedis } from '../support/redis.ts'
import { without } from '../support/tools.ts'
import { until } from '../support/until.ts'

const FILE = resolve(import.meta.dirname, '../../examples/compose/compose.yaml')
const missing = without(['compose-go', '-help'], ['redis-server', '--version'], ['nginx', '-v'])

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string }
  readonly pull_policy?: string
  readonly command: readonly string[] | null
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly volumes?: readonly { readonly source: string; readonly target: string; readonly read_only?: boolean }[]
  readonly ports?: readonly { readonly host_ip: string; readonly target: number; readonly published: string }[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly read_only?: boolean
  readonly stop_grace_period?: string
}

/** The file as the library that `docker compose` is made of reads it, which refuses what the specification does not have. */
function services(): Record<string, Service> {
  const read = execFileSync('compose-go', ['-format', 'json', FILE], { encoding: 'utf8', cwd: dirname(FILE) })
  return JSON.parse(read).services
}

describe.skipIf(missing !== '')(`examples/compose${missing}`, { timeout: 120_000 }, () => {
  let all: Record<string, Service>
  let place: string
  let redis: RedisServer
  let replicas: Served[]
  let url: string
  let made: string
  let nginx: ReturnType<typeof spawn>

  const isOfUs = (name: string) => all[name]?.image === 'mockling'

  /** What a service is given, with the addresses of this machine in place of the network's names. */
  const given = (name: string) =>
    Object.fromEntries(
      Object.entries(all[name]?.environment ?? {}).map(([key, value]) => [
        key,
        value.replace('redis://redis:6379', redis.url).replace('http://nginx:8080', url),
      ]),
    )

  beforeAll(async () => {
    all = services()
    place = mkdtempSync(join(tmpdir(), 'mockling-compose-'))
    redis = await startRedis()
    replicas = await Promise.all(['replica-1', 'replica-2'].map(name => serve([], { env: given(name) })))
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    for (const { source, target } of all['nginx']?.volumes ?? []) {
      mkdirSync(dirname(join(place, target)), { recursive: true })
      copyFileSync(source, join(place, target))
    }
    mkdirSync(join(place, 'tmp'), { recursive: true })
    const rewrite = (name: string, change: (text: string) => string) => {
      const file = join(place, 'etc/mockling', name)
      writeFileSync(file, change(readFileSync(file, 'utf8')))
    }
    rewrite('listen.conf', text => text.replace('8080', `127.0.0.1:${port}`))
    rewrite('upstream.conf', text =>
      text.replace(/replica-(\d):4180/g, (_, number) => new URL(replicas[number - 1]?.facts.url ?? '').host),
    )
    const [program = '', ...args] = (all['nginx']?.command ?? []).map(word =>
      word.replace(/^\/(?=etc|tmp)/, `${place}/`),
    )
    nginx = spawn(program, args, { stdio: 'ignore' })
    await until('nginx answers', async () => {
      const [path = ''] = /\/_mockling\/ready$/.exec(all['nginx']?.healthcheck?.test.at(-1) ?? '') ?? []
      return fetch(url + path).then(
        ({ status }) => path !== '' && status === 200,
        () => false,
      )
    })
  })

  afterAll(async () => {
    const gone = once(nginx, 'exit')
    nginx.kill()
    await gone
    for (const replica of replicas) await replica[Symbol.asyncDispose]()
    await redis[Symbol.asyncDispose]()
    rmSync(place, { recursive: true, force: true })
  })

  it('has an app, nginx, two replicas and Redis, each once what it needs is healthy', () => {
    expect(Object.keys(all).toSorted()).toEqual(['app', 'nginx', 'redis', 'replica-1', 'replica-2'])
    for (const { depends_on = {} } of Object.values(all)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(condition).toBe('service_healthy')
        // The image has its own check.
        expect(all[name]?.healthcheck ?? isOfUs(name)).toBeTruthy()
      }
    }
  })

  it('builds the image once: two builds at the same time take its name from each other', () => {
    const built = Object.keys(all).filter(name => all[name]?.build !== undefined)
    expect(built).toEqual(['replica-1'])
    const others = Object.keys(all).filter(name => isOfUs(name) && !built.includes(name))
    expect(others.map(name => all[name]?.pull_policy)).toEqual(['never'])
  })

  it('opens nothing but nginx, and that to this machine alone', () => {
    const open = Object.entries(all).flatMap(([name, { ports = [] }]) => ports.map(port => [name, port.host_ip]))
    expect(open).toEqual([['nginx', '127.0.0.1']])
  })

  it('has nginx before exactly the replicas there are', () => {
    const named = readFileSync(join(dirname(FILE), 'upstream.conf'), 'utf8').matchAll(/^ {2}server (\S+):4180 /gm)
    const names = [...named].map(([, name]) => name)
    expect(names).toEqual(Object.keys(all).filter(isOfUs))
    expect(all['nginx']?.volumes?.map(({ source }) => source)).toContain(
      resolve(dirname(FILE), '../replicas/nginx.conf'),
    )
  })

  it('is found by the app, which makes a video', async () => {
    const [program = '', ...args] = all['app']?.command ?? []
    const app = all['app']?.volumes?.find(({ target }) => target === args[0])?.source ?? ''
    const env = { ...process.env, ...given('app') }
    const said = execFileSync(program, [app], { encoding: 'utf8', env })
    made = /^task (\S+)$/m.exec(said)?.[1] ?? ''
    expect(said).toMatch(new RegExp(`^task [0-9a-f-]{36}\\n${url}/\\S+\\.mp4 has \\d{4,} bytes\\n$`))
  })

  it('shows a task that one replica made at the other', async () => {
    const key = given('replica-1')['MOCKLING_CONTROL_KEY'] ?? ''
    for (const { facts } of replicas) {
      const answer = await fetch(`${facts.url}/_mockling/v1/tasks`, { headers: { 'x-mockling-key': key } })
      const { items } = (await answer.json()) as { items: { id: string }[] }
      expect(items.map(({ id }) => id)).toContain(made)
    }
  })
})
