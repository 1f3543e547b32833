import type { Layout } from './file.ts'
import { makeFile, readAgain, type WholeFile } from './file.ts'
import type { ClipSpec } from './spec.ts'

/** Work that takes long enough to be done elsewhere. */
export type Job =
  | { readonly kind: 'whole'; readonly spec: ClipSpec }
  | {
      readonly kind: 'part'
      readonly spec: ClipSpec
      readonly layout: Layout
      readonly from: number
      readonly to: number
    }

export interface Results {
  readonly whole: WholeFile
  readonly part: Uint8Array
}

/** Does the work, here and now. */
export function perform<Kind extends Job['kind']>(job: Job & { kind: Kind }): Results[Kind]
export function perform(job: Job): Results[Job['kind']] {
  if (job.kind === 'whole') return makeFile(job.spec)
  // A view would take all that was made for it along, between threads and in memory.
  return readAgain(job.spec, job.layout, job.from, job.to).slice()
}
