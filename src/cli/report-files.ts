import { ConfigError } from '../config.ts'
import { refuseUnwritable } from './file.ts'

/** Where a report goes, and in which form. */
export interface ReportFile {
  readonly form: string
  readonly file: string
}

/**
 * What `--report junit=FILE` asks for.
 * @throws ConfigError if the form is none of `forms` or the file can't be written.
 */
export function reportFileFrom(text: string, forms: readonly string[]): ReportFile {
  const [, form = '', file = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? []
  if (!forms.includes(form)) {
    const allowed = forms.map(name => `${name}=FILE`).join(' or ')
    throw new ConfigError(`--report: ${JSON.stringify(text)} is not allowed; it must be ${allowed}`)
  }
  refuseUnwritable('--report', file)
  return { form, file }
}
