import { describe, expect, it } from 'vitest'
import { printDifferences } from '../../src/cli/diff-revisions.ts'
import { type Difference, differencesBetween } from '../../src/contract/differences.ts'
import { REVISIONS } from '../../src/contract/revisions.ts'
import { validate } from '../../src/contract/rules.ts'

const OCTOBER = differencesBetween('2026-05', '2026-10')

function one(item: RegExp, list: readonly Difference[] = OCTOBER): Difference {
  const found = list.filter(difference => item.test(difference.item))
  expect(
    found.map(difference => difference.item),
    String(item),
  ).toHaveLength(1)
  return found[0] as Difference
}

/** The rows 2026-08 and 2026-10 of the contract's list of revisions, item by item. */
const PROMISED: readonly [string, () => void][] = [
  ['kling-video-o1 becomes kling-o1', () => expect(one(/^kling-video-o1$/).after).toBe('named kling-o1')],
  ['5 s only', () => expect(one(/^kling-o1 std: duration$/)).toMatchObject({ before: '5 or 10 s', after: '5 s' })],
  [
    'element_list closed',
    () => expect(one(/^R35/)).toMatchObject({ meanwhile: { revision: '2026-08', value: 'in force' } }),
  ],
  ['image_list', () => expect(one(/^\/kling\/videos image_list$/)).toMatchObject({ before: 'ignored', after: 'read' })],
  ['references on kling-v3-omni', () => expect(one(/^video_list$/).after).toContain('kling-v3-omni')],
  ['images on kling-v3-omni', () => expect(one(/^image_list$/).after).toContain('kling-v3-omni')],
  [
    '18-digit video ids',
    () => expect(one(/^video_id$/)).toMatchObject({ before: 'a UUID', after: '18 decimal digits' }),
  ],
  ['new media URL form', () => expect(one(/^video_url$/).after).toBe('/kling/<task_id>.mp4')],
  [
    'camera_control refused on image2video',
    () => expect(one(/^camera_control with image2video$/).after).toBe('refused'),
  ],
  ['text2video with frames refused', () => expect(one(/^start_image_url with text2video$/).after).toBe('refused')],
  ['extend = v1, v1-6, v2-5-turbo', () => expect(one(/^extend$/).after).toBe('kling-v1, kling-v1-6, kling-v2-5-turbo')],
  ['prompt required for image2video', () => expect(one(/^R3: image2video has a prompt$/).after).toBe('in force')],
  ['no token = 400 no_token', () => expect(one(/^no token$/).after).toBe('400 no_token')],
  ['gateway errors carry no success', () => expect(one(/^errors of the gateway$/).after).toBe('carry no success')],
  ['image numbering', () => expect(one(/^references$/).after).toContain('in image numbering frames come first')],
  [
    '+ kling-v3-turbo',
    () => expect(one(/^kling-v3-turbo$/)).toMatchObject({ before: null, after: expect.stringContaining('3 to 15 s') }),
  ],
  ['audio always on', () => expect(one(/^R39: kling-v3-turbo always makes sound/).after).toBe('in force')],
  ['multi_shot', () => expect(one(/^\/kling\/videos multi_shot$/).after).toBe('read')],
  ['shot_type', () => expect(one(/^\/kling\/videos shot_type$/).after).toBe('read')],
  ['multi_prompt', () => expect(one(/^\/kling\/videos multi_prompt$/).after).toBe('read')],
  ['voice_list', () => expect(one(/^\/kling\/videos voice_list$/).after).toBe('read')],
  [
    'element_list re-opened',
    () => expect(one(/^element_list$/).after).toBe('taken by kling-v3, kling-v3-omni, kling-o1'),
  ],
  ['element_list 1–3', () => expect(one(/^R36: element_list holds at most 3/).after).toBe('in force')],
  ['usage, cost, data[] in results', () => expect(one(/^results have also$/).after).toBe('data[], usage, cost')],
  ['lip-sync and talking-photo', () => expect(OCTOBER.filter(({ area }) => area === 'endpoints')).toHaveLength(2)],
]

describe('the differences from 2026-05 to 2026-10', () => {
  it.each(PROMISED)('name: %s', (_, check) => check())

  it('say of each where it was read', () => {
    for (const { source, item } of OCTOBER) expect(source, item).toMatch(/guide|gateway|kling|mockling/)
  })

  it('are printed, each in a line of its own', () => {
    const lines = printDifferences('2026-05', '2026-10').split('\n')
    for (const { item } of OCTOBER) expect(lines.filter(line => line.startsWith(`${item}  `))).toHaveLength(1)
  })
})

describe('differences', () => {
  it('are none of a revision from itself', () => {
    for (const revision of REVISIONS) expect(differencesBetween(revision, revision)).toEqual([])
    expect(printDifferences('2026-08', '2026-08')).toBe('Nothing changes from 2026-08 to 2026-08.')
  })

  it('of neighbours turn round with the direction', () => {
    const turned = ({ item, before, after }: Difference) => ({ item, before: after, after: before })
    const plain = ({ item, before, after }: Difference) => ({ item, before, after })
    const byItem = (a: { item: string }, b: { item: string }) => a.item.localeCompare(b.item)
    const there = differencesBetween('2026-08', '2026-10').map(plain).toSorted(byItem)
    const back = differencesBetween('2026-10', '2026-08').map(turned).toSorted(byItem)
    expect(back).toEqual(there)
  })

  it('are what requests are judged by', () => {
    const accepted = (revision: (typeof REVISIONS)[number], seconds: number, model: string) =>
      validate({ action: 'text2video', prompt: 'a', model, duration: seconds }, revision, 'documented').length === 0
    expect([accepted('2026-05', 10, 'kling-video-o1'), accepted('2026-08', 10, 'kling-o1')]).toEqual([true, false])
    expect([accepted('2026-05', 5, 'kling-video-o1'), accepted('2026-08', 5, 'kling-o1')]).toEqual([true, true])
  })
})
