/**
 * What the vendor's documents of August and October say of every combination of a request, worked out from the copies in
 * `fixtures/upstream/gateway-*.md`. As `matrix-oracle.ts`, it must not import `src/contract`.
 *
 * Decided where the copies leave it open: a rule that says less than one before it is broken as well (R15 beside R14, R18
 * beside R16); of an unknown model nothing but that is said.
 */
import { type Body, type Row as PlainRow, bodyOf as plainBody, upstreamFile } from './matrix-oracle.ts'

export type Revision = '2026-08' | '2026-10'

/** What a row brings along beside frames. */
export const EXTRAS = ['nothing', 'image', 'video', 'both', 'element', 'voice', 'shots', 'tuning', 'silence'] as const

export interface Row extends PlainRow {
  readonly extra: (typeof EXTRAS)[number]
}

interface Line {
  readonly models: readonly string[]
  readonly modes: readonly string[] | undefined
  readonly seconds: readonly number[]
  /** Seconds at which they are offered. */
  readonly end: readonly number[]
  readonly audio: 'no' | 'yes' | 'always'
  readonly camera: readonly number[]
  readonly extends: boolean
  readonly takes: readonly string[]
}

/** `5, 10`; `3–15`; `**5, 10** (B) → **5 only** (Jul 2026+)`, of which the newest counts. */
function secondsOf(cell: string): readonly number[] {
  const newest = cell.split('→').at(-1) ?? cell
  const [, from, to] = /(\d+)–(\d+)/.exec(newest) ?? []
  if (from && to) return Array.from({ length: Number(to) - Number(from) + 1 }, (_, n) => Number(from) + n)
  return (newest.replace(/Jul 2026/, '').match(/\d+/g) ?? []).map(Number)
}

function offered(cell: string, seconds: readonly number[]): readonly number[] {
  if (!cell.startsWith('✓')) return []
  const only = /^✓(\d+)/.exec(cell)?.[1]
  return only === undefined ? seconds : [Number(only)]
}

/** The models that extend: "SDK v1, v1-6, v2-5-turbo" (R7). */
const [, sdkExtends = ''] = /R7 .*?SDK ([^|]*?) \|/.exec(upstreamFile('gateway-rules.md')) ?? []
const EXTENDERS = sdkExtends.split(', ').map(name => `kling-${name}`)

function takenBy(model: string, references: string, changes: string, revision: Revision): string[] {
  const isOctober = revision === '2026-10'
  const taken: string[] = []
  if (/✓ from 2026-07-17|Jul: \+ image_list/.test(references)) taken.push('image_list', 'video_list')
  // R36: "element_list 1–3, only v3/v3-omni/o1"
  if (isOctober && /^kling-(?:v3|v3-omni|o1)$/.test(model)) taken.push('element_list')
  if (isOctober && changes.includes('voice_list')) taken.push('voice_list')
  // The cell "Oct: same" repeats the line above: multi_shot and element_list.
  if (isOctober && /multi_shot|Oct: same/.test(changes)) taken.push('multi_shot')
  return taken
}

export function linesOf(revision: Revision): readonly Line[] {
  const rows = upstreamFile('gateway-matrix.md')
    .split('\n')
    .filter(line => line.startsWith('| kling-'))
  return rows.flatMap(row => {
    const [name = '', mode = '', durations = '', end = '', audio = '', camera = '', , references = '', changes = ''] =
      row
        .slice(2)
        .split('|')
        .map(part => part.trim())
    const model = name.split('/').at(-1)?.trim() ?? name
    // "named only in the extend paragraph", which R7's newer list leaves out; "Oct 2026 only".
    if (model === 'kling-v1-5' || (/^Oct 2026 only/.test(changes) && revision !== '2026-10')) return []
    const seconds = secondsOf(durations)
    return {
      models: [model],
      modes:
        mode === '—'
          ? undefined
          : mode
              .replaceAll(/\(.*?\)/g, '')
              .split(',')
              .map(part => part.trim()),
      seconds,
      end: offered(end, seconds),
      audio: audio === 'always on' ? 'always' : audio === '✓' ? 'yes' : 'no',
      camera: offered(camera, seconds),
      extends: EXTENDERS.includes(model),
      takes: takenBy(model, references, changes, revision),
    } as const
  })
}

/** Everything the row breaks, as `rule: text` or the rule alone where no text is known, in the fixed order. */
export function breaches(row: Row, revision: Revision): readonly string[] {
  const model = row.model ?? 'kling-v1'
  const mode = row.mode ?? 'std'
  const seconds = row.duration ?? 5
  const lines = linesCached(revision).filter(line => line.models.includes(model))
  if (lines.length === 0) return ['R2: model is invalid.']
  const line = lines.find(candidate => (candidate.modes ?? ['std', 'pro']).includes(mode))
  const anyMode = lines[0] as Line
  const { action, extra } = row
  const found: string[] = []
  const says = (is: boolean, rule: string, text?: string) => void (is && found.push(text ? `${rule}: ${text}` : rule))

  const hasStart = row.frames === 'start' || row.frames === 'both'
  const hasEnd = row.frames === 'end' || row.frames === 'both'
  const isImage = action === 'image2video'
  const takes = (material: string) => lines.some(candidate => candidate.takes.includes(material))
  const images = extra === 'image' || extra === 'both'
  const videos = extra === 'video' || extra === 'both'
  const references = images || videos
  const isO1 = model === 'kling-o1'
  const isTurbo = anyMode.audio === 'always'
  const camera = row.camera && action !== 'extend'

  says(!anyMode.seconds.includes(seconds), 'R14', `duration value '${seconds}' is invalid`)
  says(isImage && !hasStart, 'R5', 'start_image_url is required for image2video')
  says(action === 'extend' && !anyMode.extends, 'R7', 'extend requires kling-v1, kling-v1-6, or kling-v2-5-turbo')
  if (action === 'extend' && model === 'kling-v1' && extra === 'tuning') found.push('R8', 'R8')
  const noReferences = 'image_list and video_list are not supported with extend'
  says(action === 'extend' && images, 'R9', noReferences)
  says(action === 'extend' && videos, 'R9', noReferences)
  says(hasEnd && action === 'text2video', 'R10', 'end_image_url is not supported for text2video.')
  says(hasEnd && action === 'extend', 'R10')
  says(hasEnd && isImage && !hasStart, 'R10', 'start_image_url is required with end_image_url')
  says(action === 'text2video' && hasStart, 'R11')
  const noTail =
    line?.modes === undefined && anyMode.modes === undefined
      ? 'Image tail is not supported by the current model'
      : `model/mode/duration(${model}/${mode}/${seconds}) is not supported with image_tail`
  says(isImage && hasEnd && !line?.end.includes(seconds), 'R12', noTail)
  says(isO1 && seconds !== 5, 'R15', 'kling-o1 supports only 5-second generation')
  const is4k = mode === '4k'
  says(is4k && line === undefined, 'R16', `4k mode is not supported by the current model: ${model}`)
  says(is4k && camera, 'R17', 'Camera control is not supported by the current model')
  says(is4k && isO1, 'R18', 'kling-o1 supports only std and pro modes')
  const able = lines.some(candidate => candidate.audio !== 'no')
  const noAudio = able ? `mode value '${mode}' is invalid` : 'generate_audio requires a V3 model or kling-v2-6 pro mode'
  const wantsAudio = extra !== 'silence' && (row.audio === true || extra === 'voice')
  says(wantsAudio && (line === undefined || line.audio === 'no'), 'R19', noAudio)
  const offersCamera = line?.camera.includes(seconds)
  says(camera && !isImage && !offersCamera, 'R20', 'Camera control is not supported by the current model')
  says(camera && isImage, 'R21', 'camera_control is not supported for image2video.')
  const noOmni = 'Omni references require kling-o1 or kling-v3-omni'
  says(images && !takes('image_list'), 'R27', noOmni)
  says(videos && !takes('video_list'), 'R27', noOmni)
  says(videos && wantsAudio && !(isTurbo && line !== undefined), 'R30', 'generate_audio cannot be used with video_list')
  const plain = 'Kling O1 and Omni references do not support negative_prompt, camera_control, or cfg_scale'
  const isPlain = (isO1 && action !== 'extend') || references
  if (extra === 'tuning' && isPlain) found.push(`R31: ${plain}`, `R31: ${plain}`)
  says(camera && isPlain, 'R31', plain)
  says(is4k && references, 'R32', '4k cannot be combined with Omni references')
  if (revision === '2026-08') says(extra === 'element', 'R35')
  else {
    says(extra === 'element' && !takes('element_list'), 'R36', 'this model does not support element references')
    const noVoice = 'specified voices require V2.6 pro and generate_audio=true'
    says(extra === 'voice' && !line?.takes.includes('voice_list'), 'R37', noVoice)
    says(extra === 'shots' && !takes('multi_shot'), 'R38')
    if (extra === 'tuning' && isTurbo && action !== 'extend') found.push('R39', 'R39')
    says(isTurbo && (extra === 'silence' || row.audio === false) && extra !== 'voice', 'R39')
  }
  return found
}

const known = new Map<Revision, readonly Line[]>()
function linesCached(revision: Revision): readonly Line[] {
  const lines = known.get(revision) ?? linesOf(revision)
  known.set(revision, lines)
  return lines
}

// --- rows and bodies ------------------------------------------------------------------------------------------------

export const MODELS = [
  ...new Set([...linesOf('2026-10').flatMap(line => line.models), 'kling-v1-5', 'kling-video-o1', 'kling-v9']),
]

/** Lengths at the ends of every range and beside them. */
const SECONDS = [2, 3, 5, 10, 15, 16, undefined]

export function* rowsOf(model: string): Generator<Row> {
  for (const action of ['text2video', 'image2video', 'extend'] as const)
    for (const mode of ['std', 'pro', '4k'])
      for (const duration of SECONDS)
        for (const frames of ['none', 'start', 'both', 'end'] as const)
          for (const audio of [true, false, undefined])
            for (const camera of [false, true])
              for (const extra of EXTRAS) yield { action, model, mode, duration, frames, audio, camera, extra }
}

const IMAGE = { image_url: 'https://example.com/a.png' }
const VIDEO = { video_url: 'https://example.com/a.mp4', refer_type: 'feature' }

const BROUGHT: Readonly<Record<Row['extra'], Body>> = {
  nothing: {},
  image: { image_list: [IMAGE] },
  video: { video_list: [VIDEO] },
  both: { image_list: [IMAGE], video_list: [VIDEO] },
  element: { element_list: [{ element_id: '1' }] },
  voice: { voice_list: [{ voice_id: '1' }], generate_audio: true, prompt: 'a mug that says <<<voice_1>>>' },
  shots: { multi_shot: true, shot_type: 'intelligence' },
  tuning: { negative_prompt: 'blurry', cfg_scale: 0.5 },
  silence: { generate_audio: false },
}

export function bodyOf(row: Row): Body {
  return { ...plainBody(row), ...BROUGHT[row.extra] }
}
