/** Something in an environment that would let a test reach the real, paid service. */
export interface RealThing {
  /** The variable's name. Its value is never kept: it may be a key. */
  readonly variable: string
  readonly is: 'key' | 'host'
}

/** Names under which keys for the service, or for the model vendor behind it, are kept: any with both halves. */
const KEY_NAME = /ACE_?DATA|(?<!MOC)KLING/i
const KEY_WORD = /TOKEN|KEY|SECRET|BEARER|AUTH/i

/** Lists of hosts that are not called, and what npm copies from package.json. */
const INNOCENT = /^(?:no_proxy|npm_(?:package|lifecycle|config)_.*)$/i

/** The host itself: after a scheme, at the start or after a separator, so that a folder of that name is none. */
const REAL_HOST = /(?:^|:\/\/|[\s"'`=,;@])(?:[\w-]+\.)*acedata\.cloud(?=$|[\s"'`,;:/?#])/i

/**
 * Forms of keys. Nobody documents one (grade `chosen`): the vendor's guides print 32 hexadecimal digits, its plugins say
 * `ace-…`, its management keys begin with `platform-` (gateway §1.2), and keys in use elsewhere are long random text.
 */
const KEY_FORMS: readonly RegExp[] = [
  /^[0-9a-f]{32}$/i,
  /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  /^(?:ace|platform|sk)-[\w-]{16,}$/i,
  /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/,
  /^(?=.*\d)(?=.*[a-z])[\w-]{32,}$/i,
]

/** Words that nobody's random key holds. */
const MADE_UP = /mockling|test|fake|dummy|mock|example|sample|placeholder|your|xxxx/i

/** What in `environment` looks like the real service: its host under any name, or a key for it. */
export function realThings(environment: Readonly<Record<string, string | undefined>>): RealThing[] {
  return Object.entries(environment).flatMap(([variable, value = '']): RealThing[] => {
    if (INNOCENT.test(variable)) return []
    if (REAL_HOST.test(value)) return [{ variable, is: 'host' }]
    const mayBeKey = KEY_NAME.test(variable) && KEY_WORD.test(variable)
    return mayBeKey && looksReal(value) ? [{ variable, is: 'key' }] : []
  })
}

function looksReal(value: string): boolean {
  const key = value.trim().replace(/^bearer\s+/i, '')
  return !MADE_UP.test(key) && KEY_FORMS.some(form => form.test(key))
}

/** Why nothing is started, for people; `how` says what to do if it is meant. Names variables, never values. */
export function guardText(things: readonly RealThing[], how: string): string {
  const lines = things.map(({ variable, is }) =>
    is === 'key'
      ? `  ${variable} looks like a real key`
      : `  ${variable} names the real host (acedata.cloud), where creates cost money`,
  )
  return ['the environment could reach the real service, so nothing was started:', ...lines, how].join('\n')
}
