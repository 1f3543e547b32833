import { describe, expect, it } from 'vitest'
import { KINDS } from '../../src/faults/catalogue.ts'
import type { Experience } from './bench.ts'
import { CLIENTS } from './clients.ts'
import { ANSWER_EXPERIENCES } from './experiences/answer.ts'
import { CALLBACK_EXPERIENCES } from './experiences/callback.ts'
import { MEDIA_EXPERIENCES } from './experiences/media.ts'
import { TASK_EXPERIENCES } from './experiences/task.ts'

const EXPERIENCES: Readonly<Record<string, Experience>> = {
  ...TASK_EXPERIENCES,
  ...ANSWER_EXPERIENCES,
  ...CALLBACK_EXPERIENCES,
  ...MEDIA_EXPERIENCES,
}

describe('the experiences', () => {
  it('are one for each outcome and fault there is, and none for another', () => {
    expect(Object.keys(EXPERIENCES).toSorted()).toEqual(KINDS.map(({ name }) => name).toSorted())
  })
})

describe.each(Object.entries(EXPERIENCES))('%s', (_name, experience) => {
  it.each(CLIENTS)('is what $name is put through', client => experience(client))
})
