import { describe, expect, it } from 'vitest'
import { printDifferences } from '../../src/cli/diff-revisions.ts'
import { type Difference, differencesBetween, fieldsOf, otherNameOf } from '../../src/contract/differences.ts'
import { ENDPOINTS } from '../../src/contract/endpoints.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { validate } from '../../src/contract/rules.ts'
import { SOUND_BODIES } from '../support/endpoints.ts'

/** From the default to the newest. */
const october = () => differencesBetween('2026-05', '2026-10')

function one(item: RegExp, list: readonly Difference[] = october()): Difference {
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
    () =>
      expect(one(/^element_list$/).after).toMatch(
        /^taken by kling-v3, kling-v3-omni, kling-o1; .*ids of the platform$/,
      ),
  ],
  ['element_list 1–3', () => expect(one(/^R36: element_list holds at most 3/).after).toBe('in force')],
  ['usage, cost, data[] in results', () => expect(one(/^results have also$/).after).toBe('data[], usage, cost')],
  ['lip-sync and talking-photo', () => expect(october().filter(({ area }) => area === 'endpoints')).toHaveLength(2)],
]

describe('the differences from 2026-05 to 2026-10', () => {
  it.each(PROMISED)('name: %s', (_, check) => check())

  it('say of each where it was read', () => {
    for (const { source, item } of october()) expect(source, item).toMatch(/guide|gateway|kling|mockling/)
  })

  it('are printed, each in a line of its own', () => {
    const lines = printDifferences('2026-05', '2026-10').split('\n')
    for (const { item } of october()) expect(lines.filter(line => line.startsWith(`${item}  `))).toHaveLength(1)
  })
})

describe('differences', () => {
  it('are none of a revision from itself', () => {
    for (const revision of REVISIONS) expect(differencesBetween(revision, revision)).toEqual([])
    expect(printDifferences('2026-08', '2026-08')).toBe('Nothing changes from 2026-08 to 2026-08.')
  })

  it('turn round with the direction', () => {
    const turned = ({ before, after, ...rest }: Difference) => ({ ...rest, before: after, after: before })
    const plain = ({ area, item, before, after }: Difference) => ({ area, item: nameless(item), before, after })
    const byItem = (a: { item: string }, b: { item: string }) => a.item.localeCompare(b.item)
    const isNamed = ({ after }: Difference) => after?.startsWith('named ') === true
    for (const a of REVISIONS) {
      for (const b of REVISIONS.slice(REVISIONS.indexOf(a) + 1)) {
        const [there, back] = [differencesBetween(a, b), differencesBetween(b, a)]
        expect(back.filter(isNamed)).toHaveLength(there.filter(isNamed).length)
        const others = (list: readonly Difference[]) => list.filter(difference => !isNamed(difference))
        expect(others(back).map(turned).map(plain).toSorted(byItem)).toEqual(others(there).map(plain).toSorted(byItem))
      }
    }
  })

  it('name a model that goes on under another name in both directions', () => {
    const back = one(/^kling-o1$/, differencesBetween('2026-10', '2026-05'))
    expect(back).toMatchObject({ before: 'kling-o1', after: 'named kling-video-o1' })
  })

  it('say of rules that are in force under strictness upstream alone that they are', () => {
    expect(one(/^U2/, differencesBetween('2026-03', '2026-05')).after).toBe('in force under strictness upstream')
  })

  it('hold the rules of every endpoint that both revisions have', () => {
    expect(one(/^M1: model_name is/, differencesBetween('2026-05', '2026-08')).after).toBe('in force')
    expect(differencesBetween('2026-05', '2026-08').filter(({ item }) => /^[LT]\d/.test(item))).toEqual([])
  })

  it('are what requests are judged by', () => {
    const accepted = (revision: (typeof REVISIONS)[number], seconds: number, model: string) =>
      validate({ action: 'text2video', prompt: 'a', model, duration: seconds }, revision, 'documented').length === 0
    expect([accepted('2026-05', 10, 'kling-video-o1'), accepted('2026-08', 10, 'kling-o1')]).toEqual([true, false])
    expect([accepted('2026-05', 5, 'kling-video-o1'), accepted('2026-08', 5, 'kling-o1')]).toEqual([true, true])
  })
})

describe('a model that only one of the revisions knows', () => {
  it.each([
    [
      '2026-03',
      '2026-05',
      'kling-v2-6',
      'std: 5 or 10 s, text2video, image2video; pro: 5 or 10 s, text2video, image2video, generate_audio possible',
    ],
    ['2026-03', '2026-05', 'kling-v3', 'std, pro, 4k: 3 to 15 s, text2video, image2video, generate_audio possible'],
    ['2026-08', '2026-10', 'kling-v3-turbo', 'std, pro: 3 to 15 s, text2video, image2video, generate_audio always'],
    ['2026-08', '2026-05', 'kling-v1-5', 'std, pro: 5 or 10 s, extend'],
  ] as const)('is summed up: from %s to %s, %s', (a, b, model, summary) => {
    const wanted = { area: 'models', item: model, before: null, after: summary }
    expect(differencesBetween(a, b).filter(({ item }) => item.split(' ')[0] === model)).toEqual([
      expect.objectContaining(wanted),
    ])
  })
})

describe('a cell of the matrix', () => {
  it.each([
    ['2026-03', '2026-05', 'kling-v1 std: camera_control', 'yes', 'at 5 s'],
    ['2026-03', '2026-05', 'kling-v1 std: negative_prompt, cfg_scale', 'yes', 'not with extend'],
    ['2026-03', '2026-05', 'kling-v1-6 std: end_image_url', 'at 5 s', 'no'],
    ['2026-03', '2026-05', 'kling-v1-6 pro: end_image_url', 'at 5 s', 'yes'],
    [
      '2026-05',
      '2026-08',
      'kling-v2-5-turbo pro: actions',
      'text2video, image2video',
      'text2video, image2video, extend',
    ],
    ['2026-05', '2026-08', 'kling-v3-omni std: takes', 'nothing more', 'image_list, video_list'],
    ['2026-05', '2026-08', 'kling-o1 pro: takes', 'element_list, video_list', 'image_list, video_list'],
    ['2026-05', '2026-08', 'kling-o1 std: negative_prompt, cfg_scale', 'yes', 'not with text2video, image2video'],
    ['2026-08', '2026-10', 'kling-v2-6 pro: takes', 'nothing more', 'voice_list'],
    ['2026-08', '2026-10', 'kling-v3 4k: takes', 'nothing more', 'element_list, multi_shot'],
    [
      '2026-08',
      '2026-10',
      'kling-v3-omni std: takes',
      'image_list, video_list',
      'element_list, image_list, multi_shot, video_list',
    ],
  ] as const)('changes from %s to %s: %s', (a, b, cell, before, after) => {
    const found = differencesBetween(a, b).filter(({ item }) => item === cell)
    expect(found).toEqual([expect.objectContaining({ area: 'matrix', before, after })])
    expect(found[0]?.source).toMatch(b === '2026-05' ? /^guide B/ : /^gateway §3\.1/)
  })

  it('is there for each mode of each model that changes, and no other', () => {
    const cells = (a: Revision, b: Revision) => differencesBetween(a, b).filter(({ area }) => area === 'matrix')
    expect(cells('2026-03', '2026-05')).toHaveLength(24)
    expect(cells('2026-05', '2026-08')).toHaveLength(10)
    expect(cells('2026-08', '2026-10')).toHaveLength(9)
  })
})

describe('the fields of an endpoint', () => {
  it.each([
    ['2026-03', '2026-05', ['/kling/videos generate_audio']],
    ['2026-05', '2026-08', ['/kling/videos image_list', '/kling/motion model_name', '/kling/motion watermark_info']],
    [
      '2026-08',
      '2026-10',
      ['voice_list', 'multi_shot', 'shot_type', 'multi_prompt'].map(name => `/kling/videos ${name}`),
    ],
  ] as const)('that are read anew from %s to %s', (a, b, items) => {
    const found = differencesBetween(a, b).filter(({ area }) => area === 'fields')
    expect(found.map(({ item }) => item)).toEqual(items)
    for (const field of found) {
      expect(field).toMatchObject({ before: 'ignored', after: 'read', grade: b === '2026-05' ? 'guide' : 'vendor' })
      expect(field.source).toMatch(field.item.startsWith('/kling/videos') ? /^gateway §2; / : /^gateway §7$/)
    }
  })

  it('are none where the revision has no such endpoint', () => {
    expect(fieldsOf('lip-sync', '2026-05').size).toBe(0)
    expect(fieldsOf('talking-photo', '2026-05').size).toBe(0)
    for (const { type, path } of Object.values(ENDPOINTS)) {
      for (const name of Object.keys(SOUND_BODIES[path])) expect([...fieldsOf(type, '2026-10')]).toContain(name)
    }
  })

  it('stand under the endpoint’s own area', () => {
    const endpoints = differencesBetween('2026-08', '2026-05').filter(({ area }) => area === 'endpoints')
    expect(endpoints.map(({ item, after }) => [item, after])).toEqual([
      ['POST /kling/lip-sync', null],
      ['POST /kling/talking-photo', null],
    ])
    for (const { before } of endpoints) expect(before).toMatch(/^have the /)
  })
})

describe('what changed and changed back', () => {
  it('is told of the revision between, once, with both ends alike', () => {
    const meanwhile = october().filter(difference => difference.meanwhile)
    for (const { before, after, meanwhile: between } of meanwhile) {
      expect(after).toBe(before)
      expect(between?.revision).toBe('2026-08')
      expect(between?.value).not.toBe(before)
    }
    const items = october().map(({ area, item }) => `${area} ${item}`)
    expect(new Set(items).size).toBe(items.length)
    expect(meanwhile.map(({ item }) => item.split(':')[0])).toEqual(expect.arrayContaining(['R35']))
  })

  it('is nothing between neighbours', () => {
    for (const [at, revision] of REVISIONS.slice(1).entries()) {
      const found = differencesBetween(REVISIONS[at] as Revision, revision)
      expect(found.filter(({ meanwhile }) => meanwhile)).toEqual([])
    }
  })
})

describe('the other name of a model', () => {
  it.each([
    ['kling-video-o1', 'kling-o1'],
    ['kling-o1', 'kling-video-o1'],
    ['kling-v1', ''],
    ['', ''],
  ])('of %j is %j', (model, other) => {
    expect(otherNameOf(model)).toBe(other)
  })
})

/** Cells of the matrix go by the name that the model has in the second revision. */
function nameless(item: string): string {
  return item.replace(/^kling-(?:video-)?o1 /, 'o1 ')
}

describe('a revision that there is not', () => {
  it.each([
    ['validate', (revision: Revision) => validate({}, revision, 'documented')],
    ['differencesBetween', (revision: Revision) => differencesBetween('2026-05', revision)],
  ])('is refused by %s, which names those there are', (_, act) => {
    const words = 'is not allowed; it must be one of 2026-03, 2026-05, 2026-08, 2026-10'
    expect(() => act('2020-01' as Revision)).toThrow(`revision: "2020-01" ${words}`)
    expect(() => act(undefined as never)).toThrow(`revision: undefined ${words}`)
  })
})
