import { ConfigError } from '../config.ts'
import { ENDPOINTS, type TaskType } from '../contract/endpoints.ts'
import { type Explanation, explained, type Ignored } from '../contract/explaining.ts'
import type { Citations } from '../contract/materials.ts'
import type { Price } from '../contract/pricing.ts'
import { isObject } from '../contract/reading.ts'
import type { Revision } from '../contract/revisions.ts'
import type { Objection, Strictness } from '../contract/rules/objection.ts'
import { readJsonFile } from './file.ts'

interface ExplainOptions {
  readonly revision: Revision
  readonly strictness: Strictness
  readonly endpoint: TaskType
  readonly json?: boolean
}

/** `mockling explain FILE|-`. Resolves to the exit code: 0 if the body is accepted, 1 if not. */
export async function explain(file: string, options: ExplainOptions): Promise<number> {
  const { endpoint, revision, strictness } = options
  const { path, revisions } = ENDPOINTS[endpoint]
  if (!revisions.includes(revision)) {
    throw new ConfigError(`explain: revision ${revision} has no ${path}; ${revisions.join(', ')} have`)
  }
  const explanation = explained(endpoint, readBody(file), revision, strictness)
  process.stdout.write(`${options.json ? JSON.stringify(explanation, null, 2) : textOf(explanation)}\n`)
  return explanation.accepted ? 0 : 1
}

function readBody(file: string): Record<string, unknown> {
  const body = readJsonFile('explain', file)
  if (isObject(body)) return body
  throw new ConfigError(`explain: the body must be a JSON object, not ${JSON.stringify(body)?.slice(0, 60)}`)
}

function textOf({ revision, objections, price, citations, ignored }: Explanation): string {
  const lines = price
    ? [`Accepted by revision ${revision}.`, priceLine(price)]
    : [`Refused by revision ${revision}: ${objections.length} objection(s). The first one answers.`]
  return [...lines, ...objections.flatMap(objectionLines), ...citationLines(citations), ...ignoredLines(ignored)].join(
    '\n',
  )
}

function priceLine({ credits, source, grade }: Price): string {
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

function citationLines(citations: Citations | undefined): string[] {
  if (!citations) return []
  const { given, cited, dangling } = citations
  return [
    '',
    `The prompt cites ${cited} of ${given} reference(s).`,
    ...dangling.map(text => `It cites ${text}, which is not there.`),
  ]
}

function ignoredLines(ignored: readonly Ignored[]): string[] {
  if (ignored.length === 0) return []
  return [
    '',
    ...ignored.map(({ field, knownIn }) => {
      return `Ignored: ${field}${knownIn.length > 0 ? ` (read by ${knownIn.join(', ')})` : ''}`
    }),
  ]
}
