import type { Evidence } from './evidence.ts'
import { durationText, type Format, formatOf, type Look } from './formats.ts'
import type { CreateVideo } from './request.ts'

/** Credits for one unit of the model vendor's price list (gateway §11 concurs with two published prices). */
const CREDITS_PER_UNIT = 1.4

interface PriceRow {
  readonly model: string
  readonly mode: string
  readonly audio?: boolean
  /** Vendor units for 5 s and for 10 s. */
  readonly units?: readonly [five: number, ten: number]
  /** Vendor units for each second asked for. */
  readonly perSecond?: number
}

// biome-ignore format: one row a line, to be laid beside kling §1.7
const PRICES: readonly PriceRow[] = [
  { model: 'kling-v1', mode: 'std', units: [1, 2] },
  { model: 'kling-v1', mode: 'pro', units: [3.5, 7] },
  { model: 'kling-v1-6', mode: 'std', units: [2, 4] },
  { model: 'kling-v1-6', mode: 'pro', units: [3.5, 7] },
  { model: 'kling-v2-master', mode: 'std', units: [10, 20] },
  { model: 'kling-v2-master', mode: 'pro', units: [10, 20] },
  { model: 'kling-v2-1-master', mode: 'std', units: [10, 20] },
  { model: 'kling-v2-1-master', mode: 'pro', units: [10, 20] },
  { model: 'kling-v2-5-turbo', mode: 'std', units: [1.5, 3] },
  { model: 'kling-v2-5-turbo', mode: 'pro', units: [2.5, 5] },
  { model: 'kling-v2-6', mode: 'std', units: [1.5, 3] },
  { model: 'kling-v2-6', mode: 'pro', units: [2.5, 5] },
  { model: 'kling-v2-6', mode: 'pro', audio: true, units: [5, 10] },
  { model: 'kling-v3', mode: 'std', perSecond: 0.6 },
  { model: 'kling-v3', mode: 'std', audio: true, perSecond: 0.9 },
  { model: 'kling-v3', mode: 'pro', perSecond: 0.8 },
  { model: 'kling-v3', mode: 'pro', audio: true, perSecond: 1.2 },
  { model: 'kling-v3', mode: '4k', perSecond: 3 },
]

/** Vendor units for one extension, by model and mode; the length asked for makes no difference (kling §1.7). */
const EXTENSIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'kling-v1': { std: 1, pro: 3.5 },
  'kling-v1-5': { std: 2, pro: 3.5 },
  'kling-v1-6': { std: 2, pro: 3.5 },
  // Nobody says; the others' extensions cost what their 5 s cost.
  'kling-v2-5-turbo': { std: 1.5, pro: 2.5 },
}

/** Models without a published price, and the one whose price they are given. */
const PRICED_AS: Readonly<Record<string, string>> = {
  'kling-v3-omni': 'kling-v3',
  'kling-video-o1': 'kling-v2-5-turbo',
  'kling-o1': 'kling-v2-5-turbo',
}

/** Credits for each second that comes out, where that is what the gateway bills (gateway §11). */
interface Rate extends Evidence {
  readonly perSecond: number
}

const TURBO_STD: Rate = { perSecond: 1.008, source: 'gateway §11 (KD-e, a bill)', grade: 'vendor' }
const RATES: Readonly<Record<string, Readonly<Record<string, Rate>>>> = {
  'kling-v3-turbo': {
    std: TURBO_STD,
    pro: { perSecond: 1.344, source: 'mockling: std × 4/3', grade: 'chosen' },
  },
}
const WITH_VOICES: Rate = { perSecond: 1.68, source: 'gateway §11 (G-as, CZ)', grade: 'vendor' }

/** What one accepted create costs once it succeeds. An estimate, as its evidence says. */
export interface Price extends Evidence {
  /** Credits, to six decimals. */
  readonly credits: number
}

/** The price of an accepted create of `/kling/videos`. */
export function priceOf(request: CreateVideo): Price {
  const rate = request.voices === undefined ? RATES[request.model]?.[request.mode] : WITH_VOICES
  if (rate) {
    const { perSecond, source, grade } = rate
    return { credits: toMicros(perSecond * Number(durationText(formatOf(request)))), source, grade }
  }
  const model = PRICED_AS[request.model] ?? request.model
  const units = unitsOf(request, model)
  const isGuessed = request.action === 'extend' && request.model === 'kling-v2-5-turbo'
  const evidence: Evidence = isGuessed
    ? { source: 'mockling: as its 5 s', grade: 'chosen' }
    : model === request.model
      ? { source: 'kling §1.7 × 1.4 (gateway §11)', grade: 'inferred' }
      : { source: `mockling: as ${model}`, grade: 'chosen' }
  return { credits: toMicros(units * CREDITS_PER_UNIT), ...evidence }
}

function unitsOf({ action, mode, seconds, generateAudio }: Look, model: string): number {
  if (action === 'extend') return EXTENSIONS[model]?.[mode] ?? 0
  const rows = PRICES.filter(row => row.model === model && row.mode === mode)
  const row = rows.find(candidate => (candidate.audio ?? false) === generateAudio) ?? rows[0]
  if (row?.units) return row.units[seconds === 10 ? 1 : 0]
  return (row?.perSecond ?? 0) * seconds
}

const LIP_SYNC_CREDITS = 2.45

/** The price of a lip-sync: one for each call. */
export const LIP_SYNC_PRICE: Price = { credits: LIP_SYNC_CREDITS, source: 'gateway §11 (G-ls)', grade: 'vendor' }

/** The price of a talking photo: its silent video's and a lip-sync's. For the default model that is what the vendor says. */
export function talkingPhotoPrice(look: Look): Price {
  const video = unitsOf({ ...look, generateAudio: false }, look.model) * CREDITS_PER_UNIT
  const credits = toMicros(video + LIP_SYNC_CREDITS)
  return look.model === 'kling-v2-1-master'
    ? { credits, source: 'gateway §11 (G-tp)', grade: 'vendor' }
    : { credits, source: 'gateway §11: image2video and lip-sync', grade: 'inferred' }
}

/** The price of a motion, by the second that comes out: no source has a figure. */
export function motionPrice(look: Look, format: Format): Price {
  const perSecond = (unitsOf({ ...look, seconds: 5, generateAudio: false }, look.model) * CREDITS_PER_UNIT) / 5
  const credits = toMicros(perSecond * Number(durationText(format)))
  return { credits, source: 'mockling: by the second, as a silent video of the model', grade: 'chosen' }
}

/** What is left of a balance, in Credits to six decimals: sums of prices, and no rounding error of theirs. */
export function creditsLeft(balance: number, { charged, reserved }: { charged: number; reserved: number }): number {
  return toMicros(balance - charged - reserved)
}

/** A sum of prices, in Credits to six decimals. */
export function sumOfCredits(prices: readonly number[]): number {
  return toMicros(prices.reduce((sum, price) => sum + price, 0))
}

function toMicros(credits: number): number {
  return Math.round(credits * 1e6) / 1e6
}

/** What a Credit costs, roughly, as the vendor's page on billing says. */
export const CREDIT_PRICE: Evidence & { readonly dollars: number } = {
  dollars: 0.0952,
  source: 'gateway §11',
  grade: 'vendor',
}

/** Credits in US dollars, to the cent. An estimate. */
export function dollarsOf(credits: number): number {
  return Math.round(credits * CREDIT_PRICE.dollars * 100) / 100
}
