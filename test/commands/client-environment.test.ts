import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { printed } from '../../src/cli/env.ts'
import { clientEnvironment } from '../../src/testing/environment.ts'

const TARGET = { url: 'http://127.0.0.1:4180', token: 'it\'s "mine" $HOME `id` \\', key: 'key-of-mine' }

describe('the variables for clients', () => {
  it('name the simulator and the token to every client that is known to read some', () => {
    expect(clientEnvironment({ ...TARGET, token: 't' })).toMatchObject({
      MOCKLING_URL: TARGET.url,
      MOCKLING_TOKEN: 't',
      MOCKLING_CONTROL_KEY: 'key-of-mine',
      ACEDATACLOUD_API_BASE_URL: TARGET.url,
      ACEDATACLOUD_API_TOKEN: 't',
      ACEDATACLOUD_API_KEY: 't',
    })
  })

  it('leave the key out where there is none', () => {
    expect(clientEnvironment({ ...TARGET, key: undefined })).not.toHaveProperty('MOCKLING_CONTROL_KEY')
  })

  it('mean in a shell what they meant', () => {
    const lines = printed(clientEnvironment(TARGET), 'sh')
    const shown = execFileSync('sh', ['-c', `${lines}\nprintf %s "$MOCKLING_TOKEN"`], { encoding: 'utf8' })
    expect(shown).toBe(TARGET.token)
  })

  it.each([
    ['fish', `set -gx MOCKLING_TOKEN 'it\\'s "mine" $HOME \`id\` \\\\'`],
    ['powershell', `$env:MOCKLING_TOKEN = 'it''s "mine" $HOME \`id\` \\'`],
    ['dotenv', `MOCKLING_TOKEN="it's \\"mine\\" \\$HOME \`id\` \\\\"`],
  ] as const)('are quoted for %s', (format, line) => {
    expect(printed({ MOCKLING_TOKEN: TARGET.token }, format)).toBe(line)
  })

  it('are JSON on request', () => {
    expect(JSON.parse(printed(clientEnvironment(TARGET), 'json'))).toEqual(clientEnvironment(TARGET))
  })
})
