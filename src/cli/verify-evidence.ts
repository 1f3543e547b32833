import { existsSync, renameSync } from 'node:fs'
import { casesOf } from '../conformance/cases.ts'
import { withoutToken } from '../conformance/reading.ts'
import type { ContractOptions } from '../conformance/suite.ts'
import type { Verdict } from '../conformance/verify.ts'
import type { Observation } from '../contract/observations.ts'
import { DEFAULT_REVISION } from '../contract/revisions.ts'
import { readEvidence } from '../evidence-file.ts'
import { isoTime, machineTime } from '../simulation/timebase.ts'
import { refuseUnwritable, writeOutput } from './file.ts'

const OPTION = '--evidence'

/** A file of what was seen. */
export interface EvidenceFile {
  /** Writes what a run has seen in place of what an earlier one saw in the same cases of the same target. */
  keep(contract: ContractOptions, isSimulated: boolean, verdicts: readonly Verdict[]): void
}

/** @throws ConfigError if the file can't be written, or holds something else */
export function openEvidence(file: string): EvidenceFile {
  refuseUnwritable(OPTION, file)
  const before = existsSync(file) ? readEvidence(file, OPTION) : []
  return {
    keep: (contract, isSimulated, verdicts) => {
      const lines = new Map(before.map(line => [keyOf(line), line]))
      for (const line of observationsOf(contract, isSimulated, verdicts)) lines.set(keyOf(line), line)
      const sorted = [...lines].toSorted(([one], [other]) => (one < other ? -1 : 1))
      const text = sorted.map(([, line]) => `${JSON.stringify(line)}\n`).join('')
      writeOutput(file, text, { option: OPTION, target: `${file}.new` })
      renameSync(`${file}.new`, file)
    },
  }
}

function keyOf({ target, revision, case: id }: Observation): string {
  return JSON.stringify([target, revision, id])
}

function observationsOf(contract: ContractOptions, isSimulated: boolean, verdicts: readonly Verdict[]): Observation[] {
  const { target, revision = DEFAULT_REVISION, token = '', files } = contract
  const cases = new Map(casesOf(revision, files ? { files } : {}).map(one => [one.id, one]))
  const date = isoTime(machineTime.now())
  return verdicts.flatMap(({ id, differences, observed }) => {
    const one = cases.get(id)
    if (!one || !differences) return []
    const { source, grade, check } = one
    const { text, ours } = check.kind === 'refused' ? check.expected : {}
    const line: Observation = {
      ...{ case: id, target, ...(isSimulated && { simulated: true as const }), revision, date },
      ...{ verdict: differences.length === 0 ? 'kept' : 'broken', source, grade, ...observed },
      ...(text && ours && { ours: { ...ours, grade: text.grade } }),
      ...(differences.length > 0 && { differences: [...differences] }),
    }
    return [withoutSecrets(line, token)]
  })
}

/** Without the token, and without the query of a URL, which may be a signature. */
function withoutSecrets(line: Observation, token: string): Observation {
  const text = JSON.stringify(line).replace(/(https?:\/\/[^\s"'\\?]+)\?[^\s"'\\]*/g, '$1')
  return JSON.parse(withoutToken(text, token))
}
