import { describe, expect, it } from 'vitest'
import { type Action, createVideoBody, retrieveTaskBody, retrieveTasksBody } from '../../src/contract/bodies.ts'
import { bodyParts } from '../../src/contract/body-parts.ts'
import { GRADES } from '../../src/contract/evidence.ts'
import { actionsText, durationsText, modesText, offers, refused, sentence, spanOf } from '../../src/contract/offers.ts'
import { lipSyncBody, motionBody, talkingPhotoBody } from '../../src/contract/other-bodies.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { ACTIONS } from '../../src/contract/rules/values.ts'
import { written } from './written.ts'

const videos = (revision: Revision, action: Action) => createVideoBody(revision, action, bodyParts())

const ENDS = new RegExp(`\\S\\. Source: \\S.+ \\((?:${GRADES.join('|')})\\)\\.$`)

describe('a description', () => {
  it('says of every field what it is and where that was read', () => {
    const bodies = [
      ...REVISIONS.flatMap(revision => ACTIONS.map(action => videos(revision, action))),
      ...REVISIONS.map(motionBody),
      ...[lipSyncBody('text2video'), lipSyncBody('audio2video'), talkingPhotoBody('2026-10')],
      ...[retrieveTaskBody(), retrieveTasksBody()],
      ...Object.values(bodyParts()),
    ]
    for (const body of bodies) {
      const { description, properties } = written(body)
      expect(description).toMatch(/^[A-Z4].*\S\.$/)
      for (const [name, field] of Object.entries(properties)) expect(field.description, name).toMatch(ENDS)
    }
  })

  it('says of every create what becomes of other fields', () => {
    const creates = [
      ...ACTIONS.map(action => videos('2026-05', action)),
      ...[motionBody('2026-05'), lipSyncBody('text2video'), talkingPhotoBody('2026-08')],
    ]
    for (const body of creates)
      expect(body.description).toMatch(
        /\. Other fields are ignored, not refused\. null means that the field is absent\.$/,
      )
  })

  it.each([
    ['2026-03', 'model', /extend is offered by kling-v1 and kling-v1-6 and, as its only action, by kling-v1-5\./],
    ['2026-10', 'model', /extend is offered by kling-v1, kling-v1-6 and kling-v2-5-turbo\. Source/],
    [
      '2026-03',
      'mode',
      /pro better\. Default std\. std and pro mean the same to kling-v2-master and kling-v2-1-master\./,
    ],
    ['2026-05', 'mode', /4k native 4K\. Default std\. 4k is offered by kling-v3 and kling-v3-omni\. std and pro mean/],
    ['2026-03', 'prompt', /Required, and not blank, for text2video and extend\. Source/],
    ['2026-08', 'prompt', /Required, and not blank, for text2video, image2video and extend\. Source/],
    ['2026-10', 'prompt', /and extend\. It is not read where shot_type customize takes its words from multi_prompt\./],
    ['2026-03', 'duration', /5 or 10 for every model\. An extend adds 4\.5 s/],
    ['2026-05', 'duration', /kling-v2-6 and kling-video-o1\. 3 to 15 for kling-v3 and kling-v3-omni\. An extend/],
    ['2026-10', 'duration', /3 to 15 for kling-v3, kling-v3-omni and kling-v3-turbo\. 5 for kling-o1\. An extend/],
    ['2026-03', 'negative_prompt', /^What not to show, in at most 200 characters\. Source/],
    ['2026-05', 'negative_prompt', /Refused by kling-v1 \(extend\)\. Source/],
    [
      '2026-10',
      'negative_prompt',
      /\(extend\), kling-o1 and kling-v3-turbo\. Refused beside image_list and video_list\./,
    ],
    ['2026-05', 'cfg_scale', /The number may come as a string\. Refused by kling-v1 \(extend\)\. Source/],
    ['2026-08', 'cfg_scale', /larger is closer\. Refused by kling-v1 \(extend\) and kling-o1\. Refused beside/],
    ['2026-05', 'start_image_url', /Required for image2video\. Ignored for text2video and extend\./],
    ['2026-08', 'start_image_url', /Refused with text2video\. Ignored for extend\./],
    [
      '2026-03',
      'end_image_url',
      /Offered by kling-v1 \(5 s\), kling-v1-6 \(5 s\), .* Ignored for text2video and extend\./,
    ],
    ['2026-05', 'end_image_url', /Offered by kling-v1 \(5 s\), kling-v1-6 \(pro\), .* and kling-video-o1\. Source/],
    ['2026-05', 'aspect_ratio', /Ignored for extend\./],
    ['2026-05', 'camera_control', /as a JSON string\. Offered by kling-v1 \(5 s\) and kling-v3 \(std, pro\)\. Ignored/],
    ['2026-08', 'camera_control', /moves\. Offered by kling-v1 .* Refused with image2video\. Ignored for extend\./],
    [
      '2026-08',
      'video_list',
      /Taken by kling-v3-omni \(std, pro\) and kling-o1\. Refused with extend, .* generate_audio\./,
    ],
    [
      '2026-08',
      'image_list',
      /Taken by kling-v3-omni \(std, pro\) and kling-o1\. .* Refused with extend and beside neg/,
    ],
    ['2026-03', 'element_list', /^Subjects to show\. Taken by kling-video-o1\..* with a reference video\. Source/],
    ['2026-08', 'element_list', /Closed: no model takes it\./],
    ['2026-10', 'element_list', /1 to 3, by ids of the platform\. Taken by kling-v3, .* Refused beside voice_list\./],
    [
      '2026-05',
      'generate_audio',
      /Default false\. true is offered by kling-v2-6 \(pro\), kling-v3 and kling-v3-omni\. Source/,
    ],
    [
      '2026-10',
      'generate_audio',
      /but where it is always made\. .* It is always made, and false refused, by kling-v3-turbo\./,
    ],
    ['2026-10', 'voice_list', /for videos with generate_audio\. Taken by kling-v2-6 \(pro\)\./],
    ['2026-10', 'multi_shot', /Taken by kling-v3 and kling-v3-omni\. Source/],
  ] as const)('says in %s of %s who offers and who refuses it: %s', (revision, field, text) => {
    expect(written(videos(revision, 'image2video')).properties[field]?.description).toMatch(text)
  })

  it('names an extend’s own fields', () => {
    const { video_id } = written(videos('2026-05', 'extend')).properties
    expect(video_id?.description).toMatch(/Required for extend\. Ignored for text2video and image2video\. Source/)
  })
})

describe('the matrix in words', () => {
  it('names models, and where they have a feature', () => {
    expect(offers('2026-10', row => row.endFrame)).toEqual([
      ...['kling-v1 (5 s)', 'kling-v1-6 (pro)', 'kling-v2-5-turbo (pro)', 'kling-v2-6 (pro)', 'kling-v3'],
      ...['kling-v3-omni', 'kling-o1'],
    ])
    expect(offers('2026-03', row => row.camera)).not.toContain('kling-v1-5')
    expect(offers('2026-05', () => [])).toEqual([])
  })

  it('says nothing about nobody', () => {
    expect(sentence('Offered by', [])).toBe('')
    expect(sentence('Offered by', ['a'])).toBe('Offered by a.')
    expect(sentence('Offered by', ['a', 'b', 'c'])).toBe('Offered by a, b and c.')
    expect(modesText('2026-03').trim()).toMatch(/^std and pro mean the same to/)
    expect(actionsText('2026-08')).not.toContain('only action')
    expect(durationsText('2026-03')).toBe('5 or 10 for every model.')
    expect(refused('2026-10', { R99: 'nowhere' })).toBe('')
    expect(refused('2026-05', { R21: 'with image2video' })).toBe('')
  })

  it.each([
    [[5], '5'],
    [[5, 10], '5 or 10'],
    [[3, 4, 5], '3 to 5'],
    [[], ''],
  ])('says %j as %s', (seconds, text) => {
    expect(spanOf(seconds)).toBe(text)
  })
})
