import { capabilityOf, rowsOf, takes } from '../capabilities.ts'
import { CHOSEN, type Evidence } from '../evidence.ts'
import { citedIn } from '../materials.ts'
import { onWire } from '../reading.ts'
import type { CreateVideo } from '../request.ts'
import { type Revision, since } from '../revisions.ts'
import { isUntuned, TUNING } from './materials.ts'
import { type Rule, setting, without } from './objection.ts'
import { cut, LONGEST_PROMPT } from './values.ts'

/* What the vendor's documents of October add beside shots: elements anew, voices, and the model that always sounds. */

const FROM_2026_10 = since('2026-10')
const G_AS: Evidence = { source: 'gateway §3.2 (G-as, KCLI)', grade: 'vendor' }

export const MOST_ELEMENTS = 3
export const MOST_VOICES = 2

function holdsAtMost(
  id: string,
  field: string,
  what: string,
  most: number,
  read: (request: CreateVideo) => readonly object[] | undefined,
): Rule {
  return {
    id,
    says: `${field} holds at most ${most} ${what}`,
    source: `gateway §3.2 ${id} (G-as, KCLI)`,
    grade: 'vendor',
    revisions: FROM_2026_10,
    check(request) {
      const list = read(request)
      if (list === undefined || list.length <= most) return
      return {
        field,
        message: `${field} must contain 1 to ${most} ${what}`,
        text: CHOSEN,
        nearest: () => setting(field, list.slice(0, most).map(onWire)),
      }
    },
  }
}

/** How many elements there may be, by R36; nothing where it is not in force. */
export function mostElements(revision: Revision): number | undefined {
  return FROM_2026_10.includes(revision) ? MOST_ELEMENTS : undefined
}

/** R36: what `element_list` asks for. */
export const elementsAreOffered: readonly Rule[] = [
  {
    id: 'R36',
    says: 'element_list is for kling-v3, kling-v3-omni and kling-o1',
    source: 'gateway §3.2 R36 (G-as, KCLI)',
    grade: 'vendor',
    revisions: FROM_2026_10,
    check({ elements, revision, model }) {
      if (elements === undefined || takes(revision, model, 'element_list')) return
      return {
        field: 'element_list',
        message: 'this model does not support element references',
        text: G_AS,
        nearest: () => without('element_list'),
      }
    },
  },
  holdsAtMost('R36', 'element_list', 'elements', MOST_ELEMENTS, ({ elements }) => elements),
  {
    id: 'R36',
    says: 'element_list goes without voice_list',
    source: 'gateway §3.2 R36 (G-as, KCLI)',
    grade: 'vendor',
    revisions: FROM_2026_10,
    check({ elements, voices }) {
      if (elements === undefined || voices === undefined) return
      return {
        field: 'element_list',
        message: 'element_list cannot be combined with voice_list',
        text: CHOSEN,
        nearest: () => without('element_list'),
      }
    },
  },
]

/** R37: what `voice_list` asks for. */
export const voicesAreOffered: readonly Rule[] = [
  {
    id: 'R37',
    says: 'voice_list is for kling-v2-6 pro with generate_audio',
    source: 'gateway §3.2 R37 (G-as, CZ, KCLI)',
    grade: 'vendor',
    revisions: FROM_2026_10,
    check({ voices, revision, model, mode, generateAudio }) {
      if (voices === undefined || (takes(revision, model, 'voice_list', mode) && generateAudio)) return
      const [able] = [...(rowsOf(revision, model) ?? [])].find(([, row]) => row.takes?.includes('voice_list')) ?? []
      return {
        field: 'voice_list',
        message: 'specified voices require V2.6 pro and generate_audio=true',
        text: G_AS,
        nearest: () =>
          able === undefined
            ? without('voice_list')
            : {
                says: `set mode to "${able}" and generate_audio to true`,
                set: { mode: able, generate_audio: true },
              },
      }
    },
  },
  holdsAtMost('R37', 'voice_list', 'voices', MOST_VOICES, ({ voices }) => voices),
  {
    id: 'R37',
    says: 'the prompt cites each voice, as in <<<voice_1>>>',
    source: 'gateway §3.2 R37 (KCLI)',
    grade: 'vendor',
    revisions: FROM_2026_10,
    check(request) {
      const { voices = [], prompt = '', mistyped } = request
      if (voices.length === 0) return
      const cited = citedIn(request)
      const missing = voices
        .slice(0, MOST_VOICES)
        .map((_, at) => `voice_${at + 1}`)
        .filter(name => !cited.has(name))
        .map(name => `<<<${name}>>>`)
      if (missing.length === 0 || mistyped.includes('prompt')) return
      const ending = ` ${missing.join(' ')}`
      return {
        field: 'prompt',
        message: `prompt must cite ${missing.join(' and ')}`,
        text: CHOSEN,
        nearest: () =>
          request.ignored.includes('prompt')
            ? without('voice_list')
            : setting('prompt', (cut(prompt, LONGEST_PROMPT - ending.length) + ending).trimStart()),
      }
    },
  },
]

/** R39: what the model that always sounds does not take. Frames, camera and 4k are said by the matrix (R12, R16, R20). */
export const turboIsPlain: readonly Rule[] = [
  ...TUNING.map(
    ([field, read]): Rule => ({
      id: 'R39',
      says: `kling-v3-turbo takes no ${field}`,
      source: 'gateway §3.2 R39 (G-v2, CZ)',
      grade: 'vendor',
      revisions: FROM_2026_10,
      check(request) {
        if (read(request) === undefined || !isUntuned(request) || !alwaysSounds(request)) return
        return {
          field,
          message: `${field} is not supported by ${request.model}`,
          text: CHOSEN,
          nearest: () => without(field),
        }
      },
    }),
  ),
  {
    id: 'R39',
    says: 'kling-v3-turbo always makes sound: generate_audio is left out or true',
    source: 'gateway §3.2 R39 (G-v2, CZ)',
    grade: 'vendor',
    revisions: FROM_2026_10,
    check(request) {
      if (!request.isSilenced || !alwaysSounds(request)) return
      return {
        field: 'generate_audio',
        message: `generate_audio cannot be false for ${request.model}`,
        text: CHOSEN,
        nearest: () => without('generate_audio'),
      }
    },
  },
]

function alwaysSounds({ revision, model }: CreateVideo): boolean {
  return capabilityOf(revision, model, 'std')?.alwaysAudio === true
}
