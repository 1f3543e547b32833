import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { fromEnvironment, readConfig } from '../../src/config.ts'
import { createSimulator } from '../../src/simulator.ts'
import { read } from './blocks.ts'

const page = read('docs/how-to/https.md')

it('names every name that a certificate made is good for', async () => {
  await using simulator = await createSimulator({ tls: 'self-signed' })
  const socket = connect({ port: Number(new URL(simulator.url).port), host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { subjectAltName = '' } = new X509Certificate(socket.getPeerCertificate().raw)
  socket.destroy()
  const [, promised = ''] = /made at the start, for (.*?), whatever/s.exec(page) ?? []
  const names = [...promised.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
  const found = subjectAltName.split(', ').map(name => name.replace(/^.*?:/, '').replace('0:0:0:0:0:0:0:1', '::1'))
  expect(names.toSorted()).toEqual(found.toSorted())
})

it('shows services with settings that there are', () => {
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
  const { mockling, app } = parse(text).services
  const variables = Object.fromEntries(
    Object.entries(mockling.environment).map(([name, value]) => [name, String(value)]),
  )
  const settings = fromEnvironment(variables)
  expect(Object.keys(settings.settings)).toHaveLength(Object.keys(variables).length)
  expect(readConfig(settings)).toMatchObject({ tls: 'self-signed', port: 443 })
  expect(mockling.networks.default.aliases).toContain('api.acedata.cloud')
  expect(app.command).toContain('http://mockling:443/_mockling/ca.pem')
})
