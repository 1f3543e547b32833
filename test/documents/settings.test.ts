import { describe, expect, it } from 'vitest'
import { Config, envOf, flagOf, SETTING_NAMES, type SettingName } from '../../src/config.ts'
import { block, table } from './blocks.ts'

const DOCUMENT = 'docs/reference/settings.md'

/** What a setting takes, as the error text says it. */
function allowedFor(name: SettingName): string {
  const { error } = Config.shape[name].safeParse(Symbol('no setting takes this'))
  return [...new Set(error?.issues.map(({ message }) => message))].join('; ')
}

describe(DOCUMENT, () => {
  it('shows the settings as they are', () => {
    const rows = SETTING_NAMES.map(name => {
      const schema = Config.shape[name]
      const standard = schema.safeParse(undefined).data
      return [
        `\`${flagOf(name)}\``,
        `\`${envOf(name)}\``,
        `\`${name}\``,
        standard === undefined || String(standard) === '' ? '' : `\`${standard}\``,
        allowedFor(name),
        schema.description ?? '',
      ]
    })
    const expected = table(['flag', 'environment', 'file and code', 'default', 'allowed', 'what it does'], rows)
    expect(block(DOCUMENT, 'settings', expected)).toBe(expected)
  })

  it.each(SETTING_NAMES)('says in our own words what %s takes', name => {
    expect(allowedFor(name)).toMatch(/^(?!Invalid)\S/)
  })
})
