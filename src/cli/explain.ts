import { ConfigError } from '../config.ts'
import { type Examined, examineFor } from '../contract/creates.ts'
import { fieldsOf } from '../contract/differences.ts'
import { ENDPOINTS, type TaskType } from '../contract/endpoints.ts'
import { type Citations, citationsOf } from '../contract/materials.ts'
import { isObject } from '../contract/reading.ts'
import type { CreateVideo } from '../contract/request.ts'
import { REVISION_FACTS, REVISIONS, type Revision } from '../contract/revisions.ts'
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
  const examined = examineFor(endpoint, readBody(file), revision, strictness)
  const write = options.json ? jsonOf : textOf
  process.stdout.write(`${write(examined, revision)}\n`)
  return examined.objections.length > 0 ? 1 : 0
}

function readBody(file: string): Record<string, unknown> {
  const body = readJsonFile('explain', file)
  if (isObject(body)) return body
  throw new ConfigError(`explain: the body must be a JSON object, not ${JSON.stringify(body)?.slice(0, 60)}`)
}

function jsonOf({ objections, request, price }: Examined, revision: Revision): string {
  const facts = {
    revision,
    accepted: objections.length === 0,
    objections,
    ignored: ignoredOf(request),
    citations: citationsIn(request),
    price: objections.length > 0 ? undefined : price(),
  }
  return JSON.stringify(facts, null, 2)
}

function textOf(examined: Examined, revision: Revision): string {
  const { objections, request } = examined
  const lines =
    objections.length === 0
      ? [`Accepted by revision ${revision}.`, priceLine(examined)]
      : [`Refused by revision ${revision}: ${objections.length} objection(s). The first one answers.`]
  return [...lines, ...objections.flatMap(objectionLines), ...citationLines(request), ...ignoredLines(request)].join(
    '\n',
  )
}

function priceLine({ price }: Examined): string {
  const { credits, source, grade } = price()
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

type Request = Examined['request']

/** What the prompt cites of its references, in revisions in which that counts. */
function citationsIn(request: Request): Citations | undefined {
  if (request.type !== 'videos' || !REVISION_FACTS[request.revision].readsCitations) return undefined
  const citations = citationsOf(request as CreateVideo)
  return citations.given + citations.dangling.length > 0 ? citations : undefined
}

function citationLines(request: Request): string[] {
  const citations = citationsIn(request)
  if (!citations) return []
  const { given, cited, dangling } = citations
  return [
    '',
    `The prompt cites ${cited} of ${given} reference(s).`,
    ...dangling.map(text => `It cites ${text}, which is not there.`),
  ]
}

function ignoredLines(request: Request): string[] {
  const ignored = ignoredOf(request)
  if (ignored.length === 0) return []
  return [
    '',
    ...ignored.map(({ field, knownIn }) => {
      return `Ignored: ${field}${knownIn.length > 0 ? ` (read by ${knownIn.join(', ')})` : ''}`
    }),
  ]
}

/** What is ignored, and who would read it. What the body's own revision reads, it ignores for the sake of other fields. */
function ignoredOf({ type, revision: own, ignored }: Request): { field: string; knownIn: readonly Revision[] }[] {
  const readers = (field: string) => REVISIONS.filter(revision => fieldsOf(type, revision).has(field))
  return ignored.map(field => ({ field, knownIn: fieldsOf(type, own).has(field) ? [] : readers(field) }))
}
