import { describe, expect, it } from 'vitest'
import { isGone } from '../../src/replicas/link.ts'

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })

describe('what a command fails for', () => {
  it.each([
    reply("OOM command not allowed when used memory > 'maxmemory'."),
    // As Redis 6.2 says it of a script.
    reply(
      "ERR Error running script (call to f_0a1b): @user_script:5: @user_script: 5: -OOM command not allowed when used memory > 'maxmemory'.",
    ),
    reply('LOADING Redis is loading the dataset in memory'),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    new Error('Connection is closed.'),
    new Error('Command timed out'),
    Object.assign(new Error('Command aborted due to connection close'), { name: 'AbortError' }),
  ])('is a Redis that does not do its work: %s', error => {
    expect(isGone(error)).toBe(true)
  })

  it.each([
    reply('WRONGTYPE Operation against a key holding the wrong kind of value'),
    reply('ERR Error running script (call to f_0a1b): @user_script:5: user_script:5: attempt to index a nil value'),
    new TypeError('it is a defect'),
    'OOM',
  ])('is something else: %s', error => {
    expect(isGone(error)).toBe(false)
  })
})
