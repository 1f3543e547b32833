import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { selfSigned } from '../../src/self-signed.ts'
import { installed, withoutClients } from '../clients/real/place.ts'
import { without } from '../support/tools.ts'
import { run, serve } from './command.ts'

const COMMAND = join(import.meta.dirname, '../../dist/cli.cjs')
const BODY = '{"action":"text2video","model":"kling-v1","prompt":"a white mug"}'
const execute = promisify(execFile)

function place(): string {
  return mkdtempSync(join(tmpdir(), 'mockling-tls-'))
}

/** Variables that a machine may have of its own would have the last word. */
const BARE = { NODE_EXTRA_CA_CERTS: '', SSL_CERT_FILE: '', REQUESTS_CA_BUNDLE: '', CURL_CA_BUNDLE: '' }

describe('mockling serve with TLS', () => {
  it('says where it is, and what to trust', async () => {
    await using served = await serve(['--tls', 'self-signed'], { isText: true })
    await fetch(`${served.facts.url}/health`)
    served.signal('SIGTERM')
    const { stdout } = await served.ended()
    const [tls] = /^TLS: .*$/m.exec(stdout) ?? []
    const { url } = served.facts
    expect(tls).toBe(`TLS: ${url.replace('http', 'https')}   clients have to trust ${url}/_mockling/ca.pem`)
  })

  it('says so to programs', async () => {
    await using served = await serve(['--tls', 'self-signed'])
    expect(served.facts).toMatchObject({ tlsUrl: served.facts.url.replace('http', 'https') })
  })

  const missing = without(['curl', '--version'])
  it.skipIf(missing)(
    `writes what to trust before it listens; the environment and a file set it, too${missing}`,
    async () => {
      const folder = place()
      const ca = join(folder, 'ca.pem')
      writeFileSync(join(folder, 'mockling.config.yaml'), 'tls: self-signed\ntlsHost: [kling.test]\n')
      await using served = await serve([], { cwd: folder, env: { ...BARE, MOCKLING_TLS_CA_OUT: ca } })
      const { port } = new URL(served.facts.url)
      for (const host of ['api.acedata.cloud', 'kling.test']) {
        const aside = ['--cacert', ca, '--connect-to', `${host}:443:127.0.0.1:${port}`]
        const { stdout } = await execute('curl', ['-sS', ...aside, `https://${host}/health`])
        expect(JSON.parse(stdout)).toMatchObject({ status: 'ok' })
      }
    },
  )

  it('refuses with exit code 2 what can’t be used', async () => {
    const folder = place()
    const [first, second] = [await selfSigned(['a.test'], Date.now()), await selfSigned(['a.test'], Date.now())]
    writeFileSync(join(folder, 'a.crt'), first.cert)
    writeFileSync(join(folder, 'b.key'), second.key)
    const { code, stderr } = await run(['--port', '0', '--tls-cert', 'a.crt', '--tls-key', 'b.key'], { cwd: folder })
    expect(stderr).toBe('mockling: --tls-key: "b.key" is not the key of the certificate in "a.crt"\n')
    expect(code).toBe(2)
  })
})

/** Clients of four kinds of trust, each as somebody would write it. */
const CLIENTS: readonly [needs: readonly [string, ...string[]], command: readonly string[]][] = [
  [
    ['curl', '--version'],
    ['sh', '-c', 'curl -sS "$MOCKLING_TLS_URL/health"'],
  ],
  [
    ['node', '--version'],
    [
      'node',
      '--input-type=module',
      '-e',
      'console.log(await (await fetch(process.env.MOCKLING_TLS_URL + "/health")).text())',
    ],
  ],
  [
    ['python3', '-c', 'import requests'],
    ['python3', '-c', 'import os, requests; print(requests.get(os.environ["MOCKLING_TLS_URL"] + "/health").text)'],
  ],
  [
    ['python3', '--version'],
    [
      'python3',
      '-c',
      'import os, urllib.request as u; print(u.urlopen(os.environ["MOCKLING_TLS_URL"] + "/health").read().decode())',
    ],
  ],
]

describe('mockling exec with TLS', () => {
  it.each(CLIENTS)('has its command trust it: %j', async (needs, command) => {
    expect(without(needs)).toBe('')
    const { stdout, stderr, code } = await run(['exec', '--tls', 'self-signed', '--', ...command], { env: BARE })
    expect(stdout, stderr).toContain('"status":"ok"')
    expect(code).toBe(0)
  })

  it('has it go on trusting what it trusted, and takes the file away at the end', async () => {
    const folder = place()
    const { ca } = await selfSigned(['corporate.test'], Date.now())
    writeFileSync(join(folder, 'corporate.pem'), ca)
    const env = { ...BARE, SSL_CERT_FILE: join(folder, 'corporate.pem') }
    const script = 'cp "$SSL_CERT_FILE" kept.pem; echo "$SSL_CERT_FILE"; echo "$NODE_EXTRA_CA_CERTS"'
    const { stdout } = await run(['exec', '--tls', 'self-signed', '--', 'sh', '-c', script], { env, cwd: folder })
    const [file = '', same] = stdout.split('\n')
    expect(same).toBe(file)
    expect(existsSync(file)).toBe(false)
    const kept = readFileSync(join(folder, 'kept.pem'), 'utf8')
    expect(kept).toContain(ca.trim())
    expect(kept.match(/BEGIN CERTIFICATE/g)).toHaveLength(rootCertificates.length + 2)
  })
})

/** Whether a process here may have an /etc/hosts of its own. */
const noHosts = without(['unshare', '-m', 'true'], ['curl', '--version']) || withoutClients

describe('a client with a host built in', () => {
  it.skipIf(noHosts)(`finds mockling by the hosts file, unmodified${noHosts}`, { timeout: 120_000 }, async () => {
    const folder = place()
    const hosts = join(folder, 'hosts')
    writeFileSync(hosts, '127.0.0.1 localhost\n127.0.0.77 api.acedata.cloud x402.acedata.cloud\n')
    const program = join(folder, 'client.py')
    writeFileSync(
      program,
      [
        'import os, acedatacloud, httpx',
        '# No base_url: it goes where it was built to go.',
        'client = acedatacloud.AceDataCloud(api_token=os.environ["MOCKLING_TOKEN"])',
        'video = client.kling.generate(action="text2video", model="kling-v1", prompt="a white mug")',
        'print(video["video_url"], httpx.get(video["video_url"]).content[4:8].decode())',
      ].join('\n'),
    )
    const curl = `curl -sS https://api.acedata.cloud/kling/videos -H 'authorization: Bearer any' -H 'content-type: application/json' -d '${BODY}'`
    const mockling = `${process.execPath} ${COMMAND} exec --tls self-signed --host 127.0.0.77 --port 443 --pace instant`
    const script = `mount --bind ${hosts} /etc/hosts && ${mockling} -- sh -ec "$1"`
    const inside = `${curl}; echo; ${installed('python')} ${program}`
    const { stdout } = await execute('unshare', ['-m', 'sh', '-ec', script, 'sh', inside], {
      env: { ...process.env, ...BARE },
    })
    const [byCurl = '', bySdk = ''] = stdout.trim().split('\n')
    expect(JSON.parse(byCurl).video_url).toMatch(/^https:\/\/api\.acedata\.cloud\/bs2\/.*\.mp4$/)
    expect(bySdk).toMatch(/^https:\/\/x402\.acedata\.cloud\/bs2\/.*\.mp4 ftyp$/)
  })
})
