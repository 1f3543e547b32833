import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { citationsOf } from '../../src/contract/materials.ts'
import { changed } from '../../src/contract/rules/objection.ts'
import { examine, RULES, validate } from '../../src/contract/rules.ts'
import type { Body } from './matrix-oracle.ts'
import { RULE_CASES } from './rule-cases.ts'
import { bodyOf, MODELS, type Row, rowsOf } from './vendor-oracle.ts'

type Revision = '2026-08' | '2026-10'
const REVISIONS = ['2026-08', '2026-10'] as const

const cases = RULE_CASES.flatMap(one => one.revisions.map(revision => ({ ...one, revision: revision as Revision })))

describe('the rules of the vendor’s documents', () => {
  it.each(cases)('refuse by $rule in $revision: $says', ({ rule, revision, broken, says, sound }) => {
    const objections = validate(broken, revision, 'documented')
    expect(objections[0]).toMatchObject({ rule, message: says })
    expect(validate(sound, revision, 'documented')).toEqual([])
    for (const objection of objections) {
      expect(objection.source).toMatch(/guide|gateway|kling|mockling/)
      expect(objection.text.source).not.toBe('')
    }
  })

  it('have a case for every rule from R27 to R39', () => {
    const covered = new Set(RULE_CASES.map(({ rule }) => rule))
    const wanted = RULES.filter(({ id, revisions }) => /^R(?:2[789]|3\d)$/.test(id) && revisions.includes('2026-10'))
    expect(wanted.map(({ id }) => id).filter(id => !covered.has(id))).toEqual([])
  })

  it('hold in the revisions that the contract names', () => {
    const of = (revision: string) => [
      ...new Set(RULES.filter(rule => rule.revisions.some(one => one === revision)).map(({ id }) => id)),
    ]
    const only = (a: string, b: string) => of(a).filter(id => !of(b).includes(id))
    expect(only('2026-05', '2026-08')).toEqual(['R26'])
    expect(only('2026-08', '2026-05').toSorted()).toEqual(
      ['R9', 'R11', 'R15', 'R21', 'R27', 'R30', 'R31', 'R32', 'R34', 'R35'].toSorted(),
    )
    expect(only('2026-10', '2026-08').toSorted()).toEqual(['R36', 'R37', 'R38', 'R39'])
    expect(only('2026-08', '2026-10')).toEqual(['R35'])
  })

  it('call the models by names that the revision knows, and name one that does', () => {
    const unknown = (model: string, revision: Revision | '2026-05') =>
      validate({ action: 'text2video', prompt: 'a mug', model }, revision, 'documented')[0]
    expect(unknown('kling-video-o1', '2026-08')).toMatchObject({ rule: 'R2', knownIn: ['2026-03', '2026-05'] })
    expect(unknown('kling-o1', '2026-05')).toMatchObject({ rule: 'R2', knownIn: ['2026-08', '2026-10'] })
    expect(unknown('kling-v3-turbo', '2026-08')).toMatchObject({ rule: 'R2', knownIn: ['2026-10'] })
  })
})

let made: readonly Row[] | undefined

/** Every fifth row, made when the first is asked for: there are tens of thousands. */
function someRows(): readonly Row[] {
  made ??= MODELS.flatMap(model => [...rowsOf(model)].filter((_, at) => at % 5 === 0))
  return made
}

describe.each(REVISIONS)('the nearest change, revision %s', revision => {
  const arrives = (body: Body) => {
    const path: string[] = []
    let current = body
    const first = validate(body, revision, 'documented')
    const steps = first.length > 1 ? first.length + 4 : first.length
    for (let step = 0; step <= steps; step += 1) {
      const [objection] = validate(current, revision, 'documented')
      if (!objection) return 'arrived'
      path.push(`${objection.rule}: ${objection.nearest.says}`)
      current = changed(current, objection.nearest)
    }
    return path.join(', then ')
  }

  it.each(cases.filter(one => one.revision === revision))('mends $rule: $says', ({ broken }) => {
    expect(arrives(broken)).toBe('arrived')
  })

  const row = fc.nat().map(at => someRows()[at % someRows().length] as Row)
  const fragments = fc.record(
    Object.fromEntries(
      [...new Set(RULE_CASES.flatMap(({ broken }) => Object.keys(broken)))].map(name => [
        name,
        fc.constantFrom(...RULE_CASES.map(({ broken }) => broken[name]).filter(value => value !== undefined)),
      ]),
    ),
    { requiredKeys: [] },
  )

  it('mends any combination of a row and what breaks rules, one after another', () => {
    expect(someRows().length).toBeGreaterThan(1_000)
    fc.assert(
      fc.property(row, fragments, (plain: Row, wrong: Body) => {
        expect(arrives({ ...bodyOf(plain), ...wrong })).toBe('arrived')
      }),
      { numRuns: 3_000 },
    )
  })

  it('never throws, and finds the same twice, whatever the fields hold', () => {
    const names = fc.constantFrom(
      'image_list',
      'video_list',
      'voice_list',
      'multi_prompt',
      'element_list',
      'multi_shot',
    )
    expect(someRows().length).toBeGreaterThan(1_000)
    fc.assert(
      fc.property(row, fc.dictionary(names, fc.jsonValue()), (plain, wild) => {
        const body = { ...bodyOf(plain), ...wild }
        const seen = () => validate(body, revision, 'upstream').map(({ rule, message }) => `${rule} ${message}`)
        expect(seen()).toEqual(seen())
      }),
    )
  })
})

describe('citations', () => {
  const omni = { action: 'image2video', model: 'kling-v3-omni', start_image_url: 'https://example.com/s.png' }
  const picture = { image_url: 'https://example.com/a.png' }
  const video = { video_url: 'https://example.com/a.mp4', refer_type: 'feature' }
  const seen = (body: Body, revision: Revision = '2026-08') => {
    const { request, objections } = examine({ ...omni, ...body }, revision, 'documented')
    expect(objections).toEqual([])
    return { ignored: request.ignored, ...citationsOf(request) }
  }

  it('make a reference count; what is not cited is ignored and said to be', () => {
    const body = { prompt: 'a mug', image_list: [picture, picture], video_list: [video] }
    const ignored = ['image_list.0', 'image_list.1', 'video_list.0']
    expect(seen(body)).toEqual({ ignored, given: 3, cited: 0, uncited: ignored, dangling: [] })
  })

  it('number frames first: the start frame, the end frame, then the list', () => {
    const prompt = '<<<image_2>>> beside <<<video_1>>>'
    expect(seen({ prompt, image_list: [picture, picture], video_list: [video] })).toMatchObject({
      ignored: ['image_list.1'],
      cited: 2,
    })
    const end_image_url = 'https://example.com/e.png'
    expect(seen({ prompt, end_image_url, image_list: [picture, picture] })).toMatchObject({
      ignored: ['image_list.0', 'image_list.1'],
      dangling: ['<<<video_1>>>'],
    })
  })

  it('are not asked of frames in the list', () => {
    const image_list = [{ ...picture, type: 'end_frame' }, picture]
    expect(seen({ prompt: 'to <<<image_3>>>', image_list })).toMatchObject({ ignored: [], given: 1, cited: 1 })
  })

  it('may stand in the words of a shot', () => {
    const shots = { multi_shot: true, shot_type: 'customize', image_list: [picture] }
    const multi_prompt = [{ index: 1, prompt: 'like <<<image_2>>>', duration: 5 }]
    expect(seen({ ...shots, multi_prompt, prompt: 'not read' }, '2026-10').ignored).toEqual(['prompt'])
  })

  it('mean nothing to the revisions of the guides', () => {
    const body = { action: 'text2video', model: 'kling-video-o1', prompt: 'a mug', video_list: [video] }
    expect(examine(body, '2026-05', 'documented').request.ignored).toEqual([])
  })
})

describe('several shots', () => {
  const ignored = (body: Body, revision: Revision = '2026-10') =>
    examine({ action: 'text2video', model: 'kling-v3', ...body }, revision, 'documented').request.ignored
  const multi_prompt = [{ index: 1, prompt: 'a mug', duration: 5 }]

  it('leave out what is not read, and say so', () => {
    const multi_shot = true
    expect(ignored({ multi_shot, shot_type: 'customize', multi_prompt, prompt: 'unread' })).toEqual(['prompt'])
    expect(ignored({ multi_shot, shot_type: 'intelligence', multi_prompt, prompt: 'a' })).toEqual(['multi_prompt'])
    expect(ignored({ shot_type: 'customize', multi_prompt, prompt: 'a' })).toEqual(['shot_type', 'multi_prompt'])
    expect(ignored({ multi_shot, multi_prompt, prompt: 'a' }, '2026-08')).toEqual(['multi_shot', 'multi_prompt'])
  })
})
