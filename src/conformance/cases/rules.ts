import { LIP_SYNC } from '../../contract/creates/lip-sync.ts'
import { MOTION } from '../../contract/creates/motion.ts'
import { TALKING_PHOTO } from '../../contract/creates/talking-photo.ts'
import { ENDPOINTS, endpointsOf, type TaskType } from '../../contract/endpoints.ts'
import { rulesInForce, TYPE_RULE } from '../../contract/examination.ts'
import type { Revision } from '../../contract/revisions.ts'
import type { Objection, Rule } from '../../contract/rules/objection.ts'
import { VIDEOS } from '../../contract/rules.ts'
import type { Files } from '../bodies.ts'
import type { Case } from '../case.ts'
import {
  acceptedCase,
  creditsOf,
  neighbourOf,
  objectionTo,
  refusedFor,
  type Source,
  sourceVideo,
  type Tried,
  tried,
} from '../making.ts'
import { probesOf } from '../probes.ts'

/** A rule about bodies, whatever the endpoint. */
type AnyRule = Omit<Rule, 'check'> & { readonly check?: (request: never) => unknown }

/** The rules in force at an endpoint, R44 first. */
export function rulesAt(type: TaskType, revision: Revision): AnyRule[] {
  const rules = { videos: VIDEOS, motion: MOTION, 'lip-sync': LIP_SYNC, 'talking-photo': TALKING_PHOTO }[type].rules
  return [TYPE_RULE, ...rulesInForce(rules as readonly Rule<never>[], revision, 'documented')]
}

/** For each rule and field the cheapest body that it refuses, if there is one alone in that, and the nearest that passes. */
export function ruleCases(revision: Revision, files: Files): Case[] {
  const source = sourceVideo(revision)
  return endpointsOf(revision).flatMap(({ type }) => {
    const rules = rulesAt(type, revision)
    const found = new Map<string, Found>()
    for (const body of probesOf(type, revision, files)) {
      const probe = tried(type, body, revision)
      const objection = objectionTo(probe)
      const rule = objection && rules.find(candidate => doesRefuse(candidate, objection.rule, probe))
      if (!rule || !objection) continue
      const key = `${rule.id}/${rule.says}/${objection.field}`
      const isAlone = probe.examined.objections.every(other => other.rule === rule.id)
      const one = { rule, probe, objection, isAlone, credits: creditsOf(probe, revision) }
      if (isBetter(one, found.get(key))) found.set(key, one)
    }
    return numbered([...found.values()]).flatMap(({ one, id }) => pair(one, id, revision, source))
  })
}

interface Found {
  readonly rule: AnyRule
  readonly probe: Tried
  readonly objection: Objection
  /** Nothing but the rule is broken: an API that has no such rule would accept. */
  readonly isAlone: boolean
  readonly credits: number
}

function doesRefuse({ id, check }: AnyRule, refusedBy: string, { examined }: Tried): boolean {
  return id === refusedBy && (check === undefined || check(examined.request as never) !== undefined)
}

function isBetter(one: Found, known: Found | undefined): boolean {
  if (!known) return true
  return one.isAlone === known.isAlone ? one.credits < known.credits : one.isAlone
}

/** `R14/duration`, `R28/image_list`, `R28/image_list/2`. */
function numbered(found: readonly Found[]): { one: Found; id: string }[] {
  const seen = new Map<string, number>()
  return found.map(one => {
    const name = `${one.rule.id}/${one.objection.field}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return { one, id: count === 1 ? name : `${name}/${count}` }
  })
}

function pair({ rule, probe, objection, credits }: Found, name: string, revision: Revision, source: Source): Case[] {
  const { type, body } = probe
  const tags = ['rule', rule.id, type, ...(typeof body['model'] === 'string' ? [body['model']] : [])]
  const says = { promise: `${rule.says}.`, source: rule.source, grade: rule.grade }
  const id = `rule/${type}/${name}`
  const refused: Case = {
    ...says,
    id: `${id}/refused`,
    tags: [...tags, 'refused'],
    priceClass: 'at risk',
    credits,
    needs: [],
    check: { kind: 'refused', sending: { path: ENDPOINTS[type].path, body }, expected: refusedFor(objection) },
  }
  const sound = neighbourOf(probe, revision)
  if (!sound) return [refused]
  return [refused, { ...says, ...acceptedCase(sound, source), id: `${id}/accepted`, tags: [...tags, 'accepted'] }]
}
