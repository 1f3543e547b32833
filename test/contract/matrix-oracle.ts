/**
 * What the guides say of every combination of a request, worked out from their text alone.
 *
 * Nothing here may import `src/contract`: this is the other side of the comparison. Facts come from
 * `fixtures/upstream/guide-*.md`, read as text; what the guides leave open was decided in the contract (its §1, §4, §5) and
 * is written out below, each with the sentence it follows.
 */
import { readFileSync } from 'node:fs'

export const upstreamFile = (name: string): string =>
  readFileSync(new URL(`../../fixtures/upstream/${name}`, import.meta.url), 'utf8')

export type Revision = '2026-03' | '2026-05'
export type Strictness = 'documented' | 'upstream'
export type Body = Record<string, unknown>

export const ACTIONS = ['text2video', 'image2video', 'extend'] as const
export const FRAMES = ['none', 'start', 'both', 'end'] as const
export const UNKNOWN_MODEL = 'kling-v9'

/** One line of the comparison: the values that the guides' matrix speaks of. `undefined` means the field is absent. */
export interface Row {
  readonly action: (typeof ACTIONS)[number]
  readonly model: string | undefined
  readonly mode: string | undefined
  readonly duration: number | undefined
  readonly frames: (typeof FRAMES)[number]
  readonly audio: boolean | undefined
  readonly camera: boolean
  readonly negativePrompt?: boolean
  readonly cfgScale?: boolean
}

/** A sentence of the guides that a row breaks, and the answers that may be given to it where the contract knows one. */
export interface Breach {
  readonly rule: string
  /** Absent: no source gives a text. Several: the contract's order or wording leaves a choice. */
  readonly says?: readonly string[]
}

// --- guide B as text ------------------------------------------------------------------------------------------------

type Cell = 'yes' | 'no' | { onlySeconds: number }

interface MatrixLine {
  readonly model: string
  /** `undefined`: the dash of a model with a single mode. */
  readonly modes: readonly string[] | undefined
  readonly endImage: Cell
  readonly audio: Cell
  readonly camera: Cell
  readonly notes: string
}

function cell(text: string): Cell {
  if (text === '✅') return 'yes'
  if (text === '❌') return 'no'
  const seconds = /^✅ only duration=(\d+)$/.exec(text)?.[1]
  if (seconds === undefined) throw new Error(`guide B's matrix has a cell that nobody can read: ${text}`)
  return { onlySeconds: Number(seconds) }
}

export function matrixLines(text: string): readonly MatrixLine[] {
  const lines = text.split('\n').filter(line => line.startsWith('kling-') && line.includes(' | '))
  return lines.map(line => {
    const [model = '', mode = '', end = '', audio = '', camera = '', notes = ''] = line
      .split('|')
      .map(part => part.trim())
    return {
      model,
      modes: mode === '—' ? undefined : mode.split('/').map(part => part.trim()),
      endImage: cell(end),
      audio: cell(audio),
      camera: cell(camera),
      notes,
    }
  })
}

/** The bullets that follow a table or list. Their line starts are lost: one ends where a full stop touches a letter. */
export function sentencesOf(line: string): readonly string[] {
  return line.split(/(?<=\.)(?=[a-z])/i)
}

export function bulletsBelowMatrix(text: string): readonly string[] {
  return sentencesOf(text.split('\n').find(line => line.startsWith('mode=')) ?? '')
}

const namesIn = (text: string): readonly string[] => [
  ...new Set(text.match(/kling-(?:video-o1|v\d(?:-(?:\d|master|turbo|omni))*)/g) ?? []),
]

function bullet(pattern: RegExp): string {
  const found = BULLETS.filter(sentence => pattern.test(sentence))
  if (found.length !== 1) throw new Error(`guide B has ${found.length} bullets for ${pattern}`)
  return found[0] ?? ''
}

const MATRIX_TEXT = upstreamFile('guide-b-matrix.md')
export const MATRIX = matrixLines(MATRIX_TEXT)
export const BULLETS = bulletsBelowMatrix(MATRIX_TEXT)

export const MODELS_B = [...new Set(MATRIX.map(line => line.model))]

/** "kling-v3 / kling-v3-omni accept any integer duration from 3 to 15 seconds; other models only accept 5 or 10 seconds." */
const [flexible = '', fixed = ''] = bullet(/any integer ?duration/).split(';')
const FLEXIBLE_MODELS = namesIn(flexible)
const [SHORTEST = 0, LONGEST = 0] = (/from (\d+) to (\d+)/.exec(flexible) ?? []).slice(1).map(Number)
const FIXED_SECONDS = (fixed.match(/\d+/g) ?? []).map(Number)

/** "mode=4k is only supported by kling-v3 and kling-v3-omni" */
export const MODELS_4K = namesIn(bullet(/^mode=4k/).split(';')[0] ?? '')

/** "Supported only by kling-v3, kling-v3-omni, and kling-v2-6 (pro mode)." */
export const MODELS_AUDIO = namesIn(bullet(/^generate_audio/))

/** The models named where guide B tells how to extend; guide A names the same. */
const EXTEND_MODELS_B = namesIn(
  upstreamFile('guide-b-fields.md')
    .split('\n')
    .find(line => line.startsWith('model: video'))
    ?.split('.mode:')[0] ?? '',
)

// --- guide A as text ------------------------------------------------------------------------------------------------

const GUIDE_A = upstreamFile('guide-a-fields.md')
  .split('\n')
  .filter(line => line.includes('•'))
export const MODELS_A = namesIn(GUIDE_A.find(line => line.includes('• model: the model')) ?? '')
const EXTEND_MODELS_A = namesIn(GUIDE_A.find(line => line.includes('• model: The model')) ?? '')
const MODES_A = ['std', 'pro'].filter(mode => GUIDE_A.some(line => line.includes('• mode:') && line.includes(mode)))
const SECONDS_A = (GUIDE_A.find(line => line.includes('• duration:'))?.match(/\d+(?=s\b)/g) ?? []).map(Number)

/** §5: "kling-v1-5: its only action [extend]; other actions: `model is invalid.`" It stands in neither list of models. */
const EXTEND_ONLY = 'kling-v1-5'

// --- the expected side ----------------------------------------------------------------------------------------------

const DEFAULTS = { model: 'kling-v1', mode: 'std', duration: 5 }

const MODEL_INVALID: Breach = { rule: 'R2', says: ['model is invalid.'] }
/** §5: "others: the SDK's wording where there is one". */
const START_MISSING: Breach = { rule: 'R5', says: ['start_image_url is required for image2video'] }

/** The SDK has a sentence for every model and one for o1; the contract does not choose between them. */
const NO_AUDIO = [
  'generate_audio requires a V3 model or kling-v2-6 pro mode',
  'kling-o1 does not support generate_audio',
]

function offers(value: Cell | undefined, seconds: number): boolean {
  if (value === undefined || value === 'no') return false
  return value === 'yes' || value.onlySeconds === seconds
}

function modelBreach(row: Row, model: string, known: readonly string[]): Breach | undefined {
  if (model === EXTEND_ONLY) return row.action === 'extend' ? undefined : MODEL_INVALID
  return known.includes(model) ? undefined : MODEL_INVALID
}

/**
 * What a row breaks, in the order in which §5 has it answered: `action`, `model`, `mode`, `duration`, then by number.
 * An empty list: the row is accepted.
 */
export function breaches(row: Row, revision: Revision, strictness: Strictness = 'documented'): readonly Breach[] {
  const found = revision === '2026-03' ? breachesOfGuideA(row) : breachesOfGuideB(row)
  return strictness === 'upstream' ? [...found, ...breachesOfVendor(row)] : found
}

function breachesOfGuideA(row: Row): readonly Breach[] {
  const model = row.model ?? DEFAULTS.model
  const mode = row.mode ?? DEFAULTS.mode
  const seconds = row.duration ?? DEFAULTS.duration
  const invalid = modelBreach(row, model, MODELS_A)
  if (invalid) return [invalid]

  const found: Breach[] = []
  if (!MODES_A.includes(mode)) found.push({ rule: 'R41', says: [`mode value '${mode}' is invalid`] })
  if (!SECONDS_A.includes(seconds)) found.push({ rule: 'R14', says: [`duration value '${seconds}' is invalid`] })
  if (row.action === 'image2video' && !hasStart(row)) found.push(START_MISSING)
  if (row.action === 'extend' && !EXTEND_MODELS_A.includes(model)) found.push({ rule: 'R7' })
  // §5: "R10 from 2026-05": text2video and extend take `end_image_url` and ignore it, so R13 has nothing to look at there.
  if (row.action === 'image2video' && hasEnd(row) && seconds !== 5) found.push({ rule: 'R13' })
  return found
}

function breachesOfGuideB(row: Row): readonly Breach[] {
  const model = row.model ?? DEFAULTS.model
  const mode = row.mode ?? DEFAULTS.mode
  const seconds = row.duration ?? DEFAULTS.duration
  const invalid = modelBreach(row, model, MODELS_B)
  if (invalid) return [invalid]

  const lines = MATRIX.filter(candidate => candidate.model === model)
  const singleMode = lines.some(candidate => candidate.modes === undefined)
  // §4: "the two master models have one mode: `std` and `pro` are accepted and mean the same, `4k` is refused"
  const line = lines.find(candidate => (candidate.modes ?? ['std', 'pro']).includes(mode))
  const found: Breach[] = []

  const durationOffered = FLEXIBLE_MODELS.includes(model)
    ? Number.isInteger(seconds) && seconds >= SHORTEST && seconds <= LONGEST
    : FIXED_SECONDS.includes(seconds)
  if (!durationOffered) found.push({ rule: 'R14', says: [`duration value '${seconds}' is invalid`] })

  if (row.action === 'image2video' && !hasStart(row)) found.push(START_MISSING)
  if (row.action === 'extend' && !EXTEND_MODELS_B.includes(model)) found.push({ rule: 'R7' })
  if (row.action === 'extend' && forbidsExtrasOnExtend(lines) && (row.negativePrompt || row.cfgScale))
    found.push({ rule: 'R8' })

  const no4k = `4k mode is not supported by the current model: ${model}`
  if (hasEnd(row)) {
    if (row.action === 'text2video')
      found.push({ rule: 'R10', says: ['end_image_url is not supported for text2video.'] })
    else if (row.action === 'extend' || !hasStart(row)) found.push({ rule: 'R10' })
    else if (!offers(line?.endImage, seconds)) {
      const says = singleMode
        ? 'Image tail is not supported by the current model'
        : `model/mode/duration(${model}/${mode}/${seconds}) is not supported with image_tail`
      // Without a line for the mode it is 4k that is wrong first of all; the contract does not say which is answered.
      found.push({ rule: 'R12', says: line ? [says] : [says, no4k] })
    }
  }

  if (mode === '4k' && !MODELS_4K.includes(model)) found.push({ rule: 'R16', says: [no4k] })

  if (row.audio && !offers(line?.audio, seconds)) {
    const wrongMode = MODELS_AUDIO.includes(model) && mode !== '4k'
    found.push({ rule: 'R19', says: wrongMode ? [`mode value '${mode}' is invalid`] : NO_AUDIO })
  }

  // §5: on extend "`aspect_ratio`, `camera_control`, `start_image_url` are ignored and reported"
  if (row.camera && row.action !== 'extend' && !offers(line?.camera, seconds)) {
    found.push({ rule: 'R20', says: ['Camera control is not supported by the current model'] })
  }
  return found
}

/** The note beside kling-v1: "extend does not support negative_prompt and cfg_scale". */
function forbidsExtrasOnExtend(lines: readonly MatrixLine[]): boolean {
  return lines.some(line => line.notes.includes('extend does not support negative_prompt and cfg_scale'))
}

/**
 * §5, `strictness: upstream`: "v1 camera only text2video/std, v2-6 end frame only when silent, kling-v3 camera never,
 * `simple` camera with exactly one non-zero value". The rows' camera is a preset, so the last never applies to them.
 */
function breachesOfVendor(row: Row): readonly Breach[] {
  const model = row.model ?? DEFAULTS.model
  const mode = row.mode ?? DEFAULTS.mode
  const camera = row.camera && row.action !== 'extend'
  const found: Breach[] = []
  if (model === 'kling-v1' && camera && !(row.action === 'text2video' && mode === 'std'))
    found.push({ rule: 'vendor, v1 camera' })
  if (model === 'kling-v3' && camera) found.push({ rule: 'vendor, v3 camera' })
  if (model === 'kling-v2-6' && row.action === 'image2video' && hasEnd(row) && row.audio)
    found.push({ rule: 'vendor, v2-6 sound' })
  return found
}

const hasStart = (row: Row): boolean => row.frames === 'start' || row.frames === 'both'
const hasEnd = (row: Row): boolean => row.frames === 'both' || row.frames === 'end'

// --- rows and bodies ------------------------------------------------------------------------------------------------

export const MODELS: readonly (string | undefined)[] = [...MODELS_B, EXTEND_ONLY, UNKNOWN_MODEL, undefined]
export const MODES: readonly (string | undefined)[] = ['std', 'pro', '4k', undefined]
export const DURATIONS: readonly (number | undefined)[] = [...Array.from({ length: 15 }, (_, n) => n + 2), undefined]
export const AUDIO: readonly (boolean | undefined)[] = [true, false, undefined]

/** Every combination for one model. */
export function* rowsOf(model: string | undefined): Generator<Row> {
  for (const action of ACTIONS)
    for (const mode of MODES)
      for (const duration of DURATIONS)
        for (const frames of FRAMES)
          for (const audio of AUDIO)
            for (const camera of [false, true]) yield { action, model, mode, duration, frames, audio, camera }
}

/** For the note beside kling-v1: every extend with and without the two fields it names. */
export function* extendRows(): Generator<Row> {
  const plain = { action: 'extend', frames: 'none', audio: undefined, camera: false } as const
  for (const model of MODELS)
    for (const mode of MODES)
      for (const duration of DURATIONS)
        for (const negativePrompt of [false, true])
          for (const cfgScale of [false, true]) yield { ...plain, model, mode, duration, negativePrompt, cfgScale }
}

/** The row as a request in which all else is right: a prompt, and what its action needs. */
export function bodyOf(row: Row): Body {
  const body: Body = { action: row.action, prompt: 'a white mug on a marble table' }
  if (row.model !== undefined) body['model'] = row.model
  if (row.mode !== undefined) body['mode'] = row.mode
  if (row.duration !== undefined) body['duration'] = row.duration
  if (row.frames === 'start' || row.frames === 'both') body['start_image_url'] = 'https://example.com/start.jpg'
  if (row.frames === 'end' || row.frames === 'both') body['end_image_url'] = 'https://example.com/end.jpg'
  if (row.audio !== undefined) body['generate_audio'] = row.audio
  if (row.camera) body['camera_control'] = { type: 'down_back' }
  if (row.action === 'extend') body['video_id'] = '030bb06d-98d4-4044-9042-0aa0822e8c8c'
  if (row.negativePrompt) body['negative_prompt'] = 'blurry'
  if (row.cfgScale) body['cfg_scale'] = 0.5
  return body
}

/** A row in a few words, for failure texts: `image2video kling-v1/std/10 both +audio`. */
export function nameOf(row: Row): string {
  const words = [
    row.action,
    `${row.model ?? '(no model)'}/${row.mode ?? '(no mode)'}/${row.duration ?? '(no duration)'}`,
  ]
  if (row.frames !== 'none') words.push(`frames=${row.frames}`)
  if (row.audio !== undefined) words.push(`audio=${row.audio}`)
  if (row.camera) words.push('camera')
  if (row.negativePrompt) words.push('negative_prompt')
  if (row.cfgScale) words.push('cfg_scale')
  return words.join(' ')
}
