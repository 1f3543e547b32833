import { ConfigError, type ConfigInput } from '../config.ts'
import { parsedUrl } from '../contract/url.ts'

/** What settings of `exec` are unless said otherwise: a port nobody else has. */
export const EXEC_DEFAULTS: ConfigInput = { port: 0 }

/** @throws ConfigError if `text` is no http or https URL. */
export function urlOf(text: string, name = 'URL'): string {
  if (/^https?:\/\//i.test(text) && parsedUrl(text)) return text
  throw new ConfigError(
    `${name}: ${JSON.stringify(text)} is not allowed; it must be an http or https URL, such as http://127.0.0.1:4180`,
  )
}

/** The same without a slash at the end. */
export function originOf(text: string, name?: string): string {
  return urlOf(text, name).replace(/\/+$/, '')
}

/** @throws ConfigError if one is not of the form `name: value`. */
export function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map(line => {
      const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(line) ?? []
      if (name !== undefined && value !== undefined) return [name.toLowerCase(), value]
      throw new ConfigError(`--header: ${JSON.stringify(line)} is not allowed; it must be "name: value"`)
    }),
  )
}

/** A number given to an option. @throws ConfigError naming the option if it is none, or not between the two. */
export function numberOf(flag: string, text: string, least: number, most: number): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new ConfigError(`${flag}: ${JSON.stringify(text)} is not allowed; it must be a number from ${least} to ${most}`)
}
