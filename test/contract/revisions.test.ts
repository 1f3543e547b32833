import { describe, expect, it } from 'vitest'
import { ENDPOINTS, endpointsOf, type TaskType } from '../../src/contract/endpoints.ts'
import { readCreateVideo } from '../../src/contract/request.ts'
import {
  before,
  DEFAULT_REVISION,
  isRevision,
  REVISION_FACTS,
  REVISIONS,
  type Revision,
  reading,
  since,
} from '../../src/contract/revisions.ts'
import { WIRE_FACTS } from '../../src/contract/wire-facts.ts'

/** What each revision, oldest first, says of the wire: the contract's list of revisions, item by item. */
// biome-ignore format: one fact a line
const WIRE: readonly (readonly [item: string, march: string, may: string, august: string, october: string])[] = [
  ['mode', 'std, pro', 'std, pro, 4k', 'std, pro, 4k', 'std, pro, 4k'],
  ['cfg_scale, camera_control', 'also as strings', 'also as strings', 'a number, an object', 'a number, an object'],
  ['camera_control with image2video', 'as the matrix says', 'as the matrix says', 'refused', 'refused'],
  ['start_image_url with text2video', 'ignored', 'ignored', 'refused', 'refused'],
  ['end_image_url with text2video', 'ignored', 'refused', 'refused', 'refused'],
  ['element_list', 'taken by kling-video-o1', 'taken by kling-video-o1', 'refused', 'taken by kling-v3, kling-v3-omni, kling-o1; 1 to 3, by ids of the platform'],
  ['video_list', 'taken by kling-video-o1', 'taken by kling-video-o1', 'taken by kling-v3-omni, kling-o1', 'taken by kling-v3-omni, kling-o1'],
  ['image_list', 'ignored', 'ignored', 'taken by kling-v3-omni, kling-o1', 'taken by kling-v3-omni, kling-o1'],
  ['extend', 'kling-v1, kling-v1-5, kling-v1-6', 'kling-v1, kling-v1-5, kling-v1-6', 'kling-v1, kling-v1-6, kling-v2-5-turbo', 'kling-v1, kling-v1-6, kling-v2-5-turbo'],
  ['references', 'count', 'count', 'count where the prompt cites them; in image numbering frames come first', 'count where the prompt cites them; in image numbering frames come first'],
  ['video_id', 'a UUID', 'a UUID', '18 decimal digits', '18 decimal digits'],
  ['video_url', '/bs2/upload-kling-api/….mp4', '/bs2/upload-kling-api/….mp4', '/kling/<task_id>.mp4', '/kling/<task_id>.mp4'],
  ['results have also', 'nothing', 'nothing', 'nothing', 'data[], usage, cost'],
  ['no token', '401 invalid_token', '401 invalid_token', '400 no_token', '400 no_token'],
  ['errors of the gateway', 'carry success', 'carry success', 'carry no success', 'carry no success'],
  ['a create refused by a rule', 'leaves nothing', 'leaves nothing', 'leaves a failed task, with its task_id', 'leaves a failed task, with its task_id'],
]

describe('the revisions', () => {
  it('are four, in their order, and guide B’s is the default', () => {
    expect(REVISIONS).toEqual(['2026-03', '2026-05', '2026-08', '2026-10'])
    expect(Object.keys(REVISION_FACTS)).toEqual([...REVISIONS])
    expect(DEFAULT_REVISION).toBe('2026-05')
  })

  it('say of the wire what the contract’s list of them says', () => {
    const said = WIRE_FACTS.map(({ item, text }) => [item, ...REVISIONS.map(each => text(REVISION_FACTS[each], each))])
    expect(said).toEqual(WIRE)
  })

  it('lie before and after one another', () => {
    expect(REVISIONS.map(since).map(list => list.length)).toEqual([4, 3, 2, 1])
    for (const revision of REVISIONS) {
      expect([...before(revision), ...since(revision)]).toEqual([...REVISIONS])
      expect(since(revision)[0]).toBe(revision)
    }
  })

  it.each<[field: string, first: Revision]>([
    ['action', '2026-03'],
    ['element_list', '2026-03'],
    ['async', '2026-03'],
    ['timeout', '2026-03'],
    ['generate_audio', '2026-05'],
    ['image_list', '2026-08'],
    ['voice_list', '2026-10'],
    ['multi_prompt', '2026-10'],
  ])('read %s from %s on', (field, first) => {
    expect(reading(field)).toEqual(since(first))
  })

  it('are told from any other text', () => {
    expect(REVISIONS.every(isRevision)).toBe(true)
    for (const other of ['', '2026-04', 'latest', undefined, null, 2026]) expect(isRevision(other)).toBe(false)
    expect(reading('seed')).toEqual([])
  })
})

describe('what a create of a video leaves aside', () => {
  const whole = {
    prompt: 'a white mug',
    start_image_url: 'https://example.com/start.png',
    end_image_url: 'https://example.com/end.png',
    video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c',
    aspect_ratio: '16:9',
    camera_control: { type: 'down_back' },
  }

  it.each([
    ['2026-03', 'text2video', ['start_image_url', 'end_image_url', 'video_id']],
    ['2026-05', 'text2video', ['start_image_url', 'video_id']],
    ['2026-08', 'text2video', ['video_id']],
    ['2026-10', 'text2video', ['video_id']],
    ...REVISIONS.map(revision => [revision, 'image2video', ['video_id']] as const),
    ['2026-03', 'extend', ['start_image_url', 'end_image_url', 'aspect_ratio', 'camera_control']],
    ...since('2026-05').map(each => [each, 'extend', ['start_image_url', 'aspect_ratio', 'camera_control']] as const),
  ] as const)('in %s is for %s: %j', (revision, action, ignored) => {
    expect(readCreateVideo({ action, ...whole }, revision).ignored).toEqual(ignored)
  })
})

describe('the endpoints', () => {
  // gateway §1.1 and §7.
  const TURNED = ['kling-v2-1-master', 'kling-v1', 'kling-v1-6', 'kling-v2-master', 'kling-v2-5-turbo', 'kling-v2-6']
  it.each<[TaskType, string, Revision, 'prompt' | 'text', readonly string[]]>([
    ['videos', '29187cb2-1acb-43b8-baf5-3f3f709292eb', '2026-03', 'prompt', []],
    ['motion', '2c26cb33-46ac-4bd7-82f9-0ec63e688172', '2026-03', 'prompt', ['kling-v2-6', 'kling-v3']],
    ['lip-sync', 'a8b06673-3565-4989-b6be-bd638f72eadb', '2026-08', 'text', ['lip-sync']],
    ['talking-photo', '1daf8204-7306-4c54-8014-a00c5996cbfe', '2026-08', 'prompt', TURNED],
  ])('are as the vendor lists them: %s', (type, apiId, first, words, models) => {
    const endpoint = ENDPOINTS[type]
    expect(endpoint).toMatchObject({ type, path: `/kling/${type}`, apiId, words, revisions: since(first) })
    if (models.length > 0) expect(endpoint.models('2026-10')).toEqual(models)
  })

  it('are two before August, and four from then on', () => {
    const types = (revision: Revision) => endpointsOf(revision).map(({ type }) => type)
    expect(REVISIONS.map(types)).toEqual([
      ['videos', 'motion'],
      ['videos', 'motion'],
      ['videos', 'motion', 'lip-sync', 'talking-photo'],
      ['videos', 'motion', 'lip-sync', 'talking-photo'],
    ])
  })

  it('know the models of their revision', () => {
    expect(REVISIONS.map(revision => ENDPOINTS.motion.models(revision).length)).toEqual([1, 1, 2, 2])
    expect(ENDPOINTS.videos.models('2026-03')).toContain('kling-v1-5')
    expect(ENDPOINTS.videos.models('2026-10')).not.toContain('kling-v1-5')
  })

  it('differ in their results, and in what a body may hold', () => {
    expect(Object.values(ENDPOINTS).map(({ result }) => result)).toEqual([
      {},
      {},
      { isPlain: true },
      { hasNumericDuration: true, hasSource: true, isPlain: true },
    ])
    expect(Object.values(ENDPOINTS).map(({ largestFile }) => largestFile)).toEqual([
      undefined,
      undefined,
      5_242_880,
      undefined,
    ])
  })
})
