import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Config,
  ConfigError,
  type ConfigInput,
  envOf,
  flagOf,
  fromCode,
  fromEnvironment,
  type Layer,
  readConfig,
  SETTING_NAMES,
} from '../src/config.ts'

/** Settings as a person might give them: of any type, right or wrong. */
type Given = Readonly<Record<string, unknown>>

function read(settings: Given) {
  return readConfig(fromCode(settings))
}

function complaint(...layers: readonly Layer[]): string {
  try {
    readConfig(...layers)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).name).toBe('ConfigError')
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

const DEFAULTS = readConfig()

describe('every setting', () => {
  it.each(SETTING_NAMES)('has a description that is a sentence: %s', name => {
    const { description = '' } = Config.shape[name]
    expect(description.length).toBeGreaterThan(20)
    expect(description).toMatch(/^\S.*\.$/)
  })

  it.each(SETTING_NAMES)('has a placeholder for help, unless it is a flag: %s', name => {
    const isFlag = typeof DEFAULTS[name] === 'boolean'
    expect(Config.shape[name].meta()?.['value'] === undefined).toBe(isFlag)
  })

  it('has a flag and a name in the environment by rule, all distinct', () => {
    expect(flagOf('host')).toBe('--host')
    expect(flagOf('callbackRetries')).toBe('--callback-retries')
    expect(envOf('host')).toBe('MOCKLING_HOST')
    expect(envOf('callbackRetries')).toBe('MOCKLING_CALLBACK_RETRIES')
    for (const name of SETTING_NAMES) {
      expect(flagOf(name)).toMatch(/^--[a-z]+(-[a-z]+)*$/)
      expect(envOf(name)).toBe(`MOCKLING_${flagOf(name).slice(2).replaceAll('-', '_').toUpperCase()}`)
    }
    expect(new Set(SETTING_NAMES.map(flagOf)).size).toBe(SETTING_NAMES.length)
    expect(new Set(SETTING_NAMES.map(envOf)).size).toBe(SETTING_NAMES.length)
  })

  it.each(SETTING_NAMES)('has a default that may be given as well, as a value and as text: %s', name => {
    const standard = DEFAULTS[name]
    if (standard === undefined) {
      expect(Config.shape[name].safeParse(undefined).success).toBe(true)
      return
    }
    expect(read({ [name]: standard })[name]).toEqual(standard)
    if (!Array.isArray(standard)) expect(read({ [name]: String(standard) })[name]).toEqual(standard)
  })

  it('is there when none is given', () => {
    expect(Object.keys(DEFAULTS).toSorted()).toEqual(
      SETTING_NAMES.filter(name => DEFAULTS[name] !== undefined).toSorted(),
    )
    expect(DEFAULTS).toMatchObject({
      host: '127.0.0.1',
      port: 4180,
      revision: '2026-05',
      epoch: '2026-06-01T00:00:00Z',
    })
    expect(DEFAULTS).toMatchObject({ drain: 1, skipPerPoll: 3, quiet: 5, retain: 100_000, callbackPrivate: 'allow' })
  })

  it('may be read again from what was read', () => {
    const given: ConfigInput = {
      port: '8080',
      pace: '1.5',
      clock: 'x10',
      callbackAllow: 'a.test, b.test',
      trustProxy: 'yes',
    }
    const once = read(given)
    expect(read(once)).toEqual(once)
    expect(read(DEFAULTS)).toEqual(DEFAULTS)
  })
})

describe('values', () => {
  it.each<[string, unknown, unknown]>([
    ['port', '8080', 8080],
    ['port', 0, 0],
    ['port', '65535', 65_535],
    ['pace', '2', 2],
    ['pace', '0.5', 0.5],
    ['pace', 'real', 'real'],
    ['quiet', '2.5', 2.5],
    ['seed', '9007199254740991', Number.MAX_SAFE_INTEGER],
    ['balance', '1.4', 1.4],
    ['trustProxy', 'true', true],
    ['trustProxy', '0', false],
    ['trustProxy', false, false],
    ['logRequests', 'no', false],
    ['clock', 'x0.5', 'x0.5'],
    ['clock', 'auto-skip', 'auto-skip'],
    ['rate', '60/m', '60/m'],
    ['epoch', '2030-01-01T00:00:00Z', '2030-01-01T00:00:00Z'],
    ['epoch', '2030-01-01T00:00:00.500+02:00', '2030-01-01T00:00:00.500+02:00'],
    ['publicUrl', 'https://mock.test', 'https://mock.test'],
    ['publicUrl', 'http://mock.test:4180/', 'http://mock.test:4180'],
    ['callbackDeny', '10.0.0.0/8, *.test', ['10.0.0.0/8', '*.test']],
    ['callbackDeny', ['a', 'b'], ['a', 'b']],
    ['controlKey', '12345678', '12345678'],
    ['clip', 'a.mp4', { '*': 'a.mp4' }],
    ['clip', 'a, b.mp4', { '*': 'a, b.mp4' }],
    ['clip', './a=b.mp4', { '*': './a=b.mp4' }],
    ['clip', 'Succeed  Cat=a=b.mp4', { 'succeed cat': 'a=b.mp4' }],
    ['clip', 'a.mp4,succeed=b.mp4, succeed cat=c.mp4', { '*': 'a.mp4', succeed: 'b.mp4', 'succeed cat': 'c.mp4' }],
    ['clip', '*=a.mp4', { '*': 'a.mp4' }],
    ['clip', ['a.mp4', 'succeed cat=c.mp4'], { '*': 'a.mp4', 'succeed cat': 'c.mp4' }],
    ['clip', { '*': 'a=b.mp4', 'SUCCEED cat': 'c.mp4' }, { '*': 'a=b.mp4', 'succeed cat': 'c.mp4' }],
    ['clip', [], {}],
  ])('are taken as a value or as text that spells it: %s %j', (name, given, expected) => {
    expect(read({ [name]: given })).toHaveProperty(name, expected)
  })

  it.each<[string, unknown, RegExp]>([
    ['port', -1, /a whole number from 0 to 65535/],
    ['port', 65_536, /a whole number from 0 to 65535/],
    ['port', 1.5, /a whole number from 0 to 65535/],
    ['port', '1e3', /a whole number from 0 to 65535/],
    ['port', '0x10', /a whole number from 0 to 65535/],
    ['port', ' 80', /a whole number from 0 to 65535/],
    ['port', '', /a whole number from 0 to 65535/],
    ['port', null, /a whole number from 0 to 65535/],
    ['port', true, /a whole number from 0 to 65535/],
    ['port', [80], /a whole number from 0 to 65535/],
    ['seed', '-1', /a whole number from 0 to/],
    ['quiet', 60_001, /a number from 0 to 60000/],
    ['balance', 'lots', /a number from 0 to 1000000000/],
    ['concurrency', 0, /a whole number from 1/],
    ['callbackRetries', 21, /a whole number from 0 to 20/],
    ['pace', 'slow', /instant, fast, real, or seconds from 0 to 86400/],
    ['pace', 86_401, /from 0 to 86400/],
    ['pace', true, /instant, fast, real, or seconds from 0 to 86400/],
    ['clock', 'x0', /real, frozen, auto-skip, or x and a number/],
    ['clock', 'x0.000', /real, frozen, auto-skip, or x and a number/],
    ['clock', 'fast', /real, frozen, auto-skip, or x and a number/],
    ['clock', 10, /real, frozen, auto-skip, or x and a number/],
    ['rate', '5', /a number of requests and a unit/],
    ['rate', '0/s', /a number of requests and a unit/],
    ['rate', 5, /a number of requests and a unit/],
    ['epoch', 'yesterday', /an ISO 8601 time/],
    ['epoch', '1960-01-01', /an ISO 8601 time/],
    ['epoch', 'June 1, 2026', /an ISO 8601 time/],
    ['epoch', '1', /an ISO 8601 time/],
    ['epoch', 1, /an ISO 8601 time/],
    ['revision', '2025-01', /one of 2026-03, 2026-05/],
    ['revision', 2026, /one of 2026-03, 2026-05/],
    ['strictness', 'loose', /one of documented, upstream/],
    ['parameterErrorCode', 'oops', /one of bad_request, token_mismatched, api_not_implemented/],
    ['pendingResponse', 'none', /one of absent, null, empty, snapshot/],
    ['callbackPrivate', 'maybe', /one of allow, deny/],
    ['trustProxy', 'maybe', /true or false/],
    ['trustProxy', 1, /true or false/],
    ['publicUrl', 'mockling:4180', /an http or https URL without a path/],
    ['publicUrl', 'nonsense', /an http or https URL without a path/],
    ['publicUrl', 'ftp://mock.test', /an http or https URL without a path/],
    ['publicUrl', 'http://mock.test/base', /an http or https URL without a path/],
    ['publicUrl', 'http://mock.test/?a=1', /an http or https URL without a path/],
    ['publicUrl', 7, /an http or https URL without a path/],
    ['controlKey', 'short', /at least 8 ASCII characters/],
    ['controlKey', '“quoted” key', /at least 8 ASCII characters/],
    ['controlKey', 'with a space ', /without a space at either end/],
    ['controlKey', 'two\nlines of it', /at least 8 ASCII characters/],
    ['host', '', /an address or host name/],
    ['clip', '', /FILE for all videos or OUTCOME=FILE/],
    ['clip', ['a.mp4', 'b.mp4'], /at most one for each outcome/],
    ['clip', ['succeed cat=a.mp4', 'SUCCEED  cat=b.mp4'], /at most one for each outcome/],
    ['clip', 'a=b.mp4', /begins with .\//],
    ['clip', 'suceed cat=cat.mp4', /such as succeed cat/],
    ['clip', 'succeed=', /FILE for all videos or OUTCOME=FILE/],
    ['clip', 'fail api_error=cat.mp4', /OUTCOME is succeed, or succeed and a name/],
    ['clip', 'succeed two words=cat.mp4', /a name of up to 40 characters/],
    ['clip', `succeed ${'a'.repeat(41)}=cat.mp4`, /a name of up to 40 characters/],
    ['clip', { cat: 'cat.mp4' }, /OUTCOME is succeed, or succeed and a name/],
    ['clip', { '': 'cat.mp4' }, /OUTCOME is succeed, or succeed and a name/],
    ['clip', JSON.parse('{"__proto__":"cat.mp4"}'), /OUTCOME is succeed, or succeed and a name/],
    ['clip', { succeed: 5 }, /FILE for all videos or OUTCOME=FILE/],
    ['clip', 5, /FILE for all videos or OUTCOME=FILE/],
    ['clip', [5], /FILE for all videos or OUTCOME=FILE/],
  ])('that are not allowed are refused, with setting, value and what is: %s %j', (name, value, allowed) => {
    const text = complaint(fromCode({ [name]: value }))
    expect(text).toMatch(allowed)
    // Nothing of a key is shown.
    const shown = name === 'controlKey' ? '***' : JSON.stringify(value)
    expect(text.startsWith(`${name}: ${shown} is not allowed; it must be `)).toBe(true)
    expect(text.split('\n')).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['host', 5],
    ['tokens', 5],
    ['tokens', ''],
    ['controlKey', 12_345_678],
    ['callbackAllow', 5],
    ['callbackDeny', [5]],
  ])('of another type are refused in words of ours: %s %j', (name, value) => {
    const text = complaint(fromCode({ [name]: value }))
    expect(text).toMatch(/ is not allowed; it must be /)
    expect(text).not.toMatch(/invalid input|too small|expected|received/i)
  })

  it('are refused or understood, never thrown over, whatever they are', () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.webUrl(),
    )
    fc.assert(
      fc.property(fc.constantFrom(...SETTING_NAMES), value, (name, given) => {
        try {
          const config = read({ [name]: given })
          expect(read(config)).toEqual(config)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
          expect((error as Error).message.startsWith(`${name}: `)).toBe(true)
        }
      }),
      { numRuns: 600 },
    )
  })
})

describe('readConfig', () => {
  const layer = (prefix: string, settings: Given): Layer => ({ settings, nameOf: name => `${prefix}.${name}` })

  it('lets later layers win, setting by setting', () => {
    const config = readConfig(
      layer('file', { port: 1, seed: 1 }),
      layer('env', { port: 2, pace: 2 }),
      layer('flag', { port: 3 }),
    )
    expect(config).toMatchObject({ port: 3, seed: 1, pace: 2, host: '127.0.0.1' })
  })

  it('takes undefined for absent, so that it hides nothing', () => {
    expect(readConfig(fromCode({ port: 1 }), fromCode({ port: undefined })).port).toBe(1)
  })

  it('takes a list as a whole', () => {
    expect(readConfig(fromCode({ callbackDeny: ['a'] }), fromCode({ callbackDeny: 'b' })).callbackDeny).toEqual(['b'])
  })

  it('names a bad value as the layer it came from does', () => {
    expect(complaint(layer('file', { port: 'x' }))).toMatch(/^file\.port: "x" /)
    expect(complaint(layer('file', { port: 1 }), layer('flag', { port: 'x' }))).toMatch(/^flag\.port: "x" /)
    expect(complaint(fromEnvironment({ MOCKLING_PORT: 'x' }))).toMatch(/^MOCKLING_PORT: "x" /)
    expect(complaint({ settings: { callbackRetries: 'x' }, nameOf: flagOf })).toMatch(/^--callback-retries: "x" /)
  })

  it('forgives a bad value that a later layer replaces', () => {
    expect(readConfig(layer('file', { port: 'x' }), layer('flag', { port: 1 })).port).toBe(1)
  })

  it('refuses unknown settings by the name they were given', () => {
    expect(complaint(fromCode({ prot: 1 }))).toBe('prot: there is no such setting')
    expect(complaint(layer('file', { callback_retries: 1 }))).toBe('file.callback_retries: there is no such setting')
    expect(complaint(fromCode({ constructor: 1 }))).toBe('constructor: there is no such setting')
  })

  it('refuses an unknown setting also when it is called __proto__', () => {
    const settings = JSON.parse('{"__proto__": {"port": 1}}')
    expect(complaint(fromCode(settings))).toMatch(/__proto__: there is no such setting/)
  })

  it('says everything that is wrong at once, a line each', () => {
    const lines = complaint(fromCode({ port: 'x', pace: 'y', prot: 1, toast: 2 })).split('\n')
    expect(lines.map(line => line.split(':')[0]).toSorted()).toEqual(['pace', 'port', 'prot', 'toast'])
  })
})

describe('fromEnvironment', () => {
  it('takes every known setting, and nothing else', () => {
    const environment = Object.fromEntries(SETTING_NAMES.map(name => [envOf(name), `of ${name}`]))
    const { settings } = fromEnvironment({ ...environment, PORT: '1', MOCKLING_UNKNOWN: '1', mockling_port: '1' })
    expect(settings).toEqual(Object.fromEntries(SETTING_NAMES.map(name => [name, `of ${name}`])))
  })

  it('takes empty variables for absent', () => {
    expect(fromEnvironment({ MOCKLING_PORT: '', MOCKLING_TRUST_PROXY: '', MOCKLING_SEED: undefined }).settings).toEqual(
      {},
    )
    expect(readConfig(fromCode({ port: 1 }), fromEnvironment({ MOCKLING_PORT: '' })).port).toBe(1)
  })

  it('reads text', () => {
    const environment = { MOCKLING_PORT: '0', MOCKLING_CALLBACK_ALLOW: 'a.test,b.test', MOCKLING_TRUST_PROXY: '1' }
    expect(readConfig(fromEnvironment(environment))).toMatchObject({
      port: 0,
      callbackAllow: ['a.test', 'b.test'],
      trustProxy: true,
    })
  })
})
