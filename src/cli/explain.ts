import { ConfigError } from '../config.ts'
import { priceOf } from '../contract/pricing.ts'
import { REVISION_FACTS, REVISIONS, type Revision } from '../contract/revisions.ts'
import type { Objection, Strictness } from '../contract/rules/objection.ts'
import { type Examination, examine } from '../contract/rules.ts'
import { readJsonFile } from './file.ts'

interface ExplainOptions {
  readonly revision: Revision
  readonly strictness: Strictness
  readonly json?: boolean
}

/** `mockling explain FILE|-`. Resolves to the exit code: 0 if the body is accepted, 1 if not. */
export async function explain(file: string, options: ExplainOptions): Promise<number> {
  const body = readBody(file)
  const examination = examine(body, options.revision, options.strictness)
  const write = options.json ? jsonOf : textOf
  process.stdout.write(`${write(examination, options.revision)}\n`)
  return examination.objections.length > 0 ? 1 : 0
}

function readBody(file: string): Record<string, unknown> {
  const body = readJsonFile('explain', file)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  throw new ConfigError(`explain: the body must be a JSON object, not ${JSON.stringify(body)?.slice(0, 60)}`)
}

function jsonOf({ objections, request }: Examination, revision: Revision): string {
  const price = objections.length > 0 ? undefined : priceOf(request)
  const facts = { revision, accepted: objections.length === 0, objections, ignored: ignoredOf(request.ignored), price }
  return JSON.stringify(facts, null, 2)
}

function textOf({ objections, request }: Examination, revision: Revision): string {
  const lines =
    objections.length === 0
      ? [`Accepted by revision ${revision}.`, priceLine(request)]
      : [`Refused by revision ${revision}: ${objections.length} objection(s). The first one answers.`]
  return [...lines, ...objections.flatMap(objectionLines), ...ignoredLines(request.ignored)].join('\n')
}

function priceLine(request: Examination['request']): string {
  const { credits, source, grade } = priceOf(request)
  return `Price, if it succeeds: about ${credits} Credits (estimate; ${grade}: ${source}).`
}

function objectionLines(objection: Objection, index: number): string[] {
  const { rule, field, message, source, grade, text, knownIn, nearest } = objection
  return [
    '',
    `${index + 1}. ${field} breaks ${rule}`,
    `   message  ${message} (${text.grade}: ${text.source})`,
    `   rule     ${grade}: ${source}`,
    `   nearest  ${nearest.says}`,
    ...(knownIn ? [`   known in ${knownIn.join(', ')}`] : []),
  ]
}

function ignoredLines(ignored: readonly string[]): string[] {
  if (ignored.length === 0) return []
  return [
    '',
    ...ignoredOf(ignored).map(
      ({ field, knownIn }) => `Ignored: ${field}${knownIn.length > 0 ? ` (read by ${knownIn.join(', ')})` : ''}`,
    ),
  ]
}

function ignoredOf(ignored: readonly string[]): { field: string; knownIn: readonly Revision[] }[] {
  return ignored.map(field => ({
    field,
    knownIn: REVISIONS.filter(revision => REVISION_FACTS[revision].fields.has(field)),
  }))
}
