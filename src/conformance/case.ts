import type { ErrorCode } from '../contract/errors.ts'
import type { Evidence } from '../contract/evidence.ts'

/** A request as a case sends it: always a POST with JSON unless it says otherwise. */
export interface Sending {
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>
  /** Sent as it is, in place of a body. */
  readonly text?: string
  /** `given`, the default: that of the run. `unknown`: one that nobody has issued. */
  readonly token?: 'given' | 'none' | 'unknown' | 'not bearer'
}

/** A refusal as it should come. */
export interface Refused {
  readonly status: number
  readonly code: ErrorCode
  /** Absent: any text. */
  readonly message?: string
  /** How the simulator says it, and by which rule. */
  readonly ours: { readonly message: string; readonly rule?: string; readonly field?: string }
  /** Where that text was read: one that was chosen for the simulator is no promise of the API. */
  readonly text: Evidence
  /** Whether the body says `success: false`. */
  readonly saysSuccess: boolean
}

/** A video that cases are about, made once for all of them. */
export interface Production {
  /** The same for the same call; part of a file's keys. */
  readonly id: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  /** How its end is learnt: by polls, in the held answer, or by a callback. */
  readonly via: 'polls' | 'answer' | 'callback'
  /** The production whose `video_id` goes into the body. */
  readonly of?: Production
  /** Credits, without those of `of`. */
  readonly credits: number
}

/** What is looked at once a production is there. */
export const LOOKS = ['answer', 'result', 'record', 'callback', 'file', 'ranges'] as const

export type Look = (typeof LOOKS)[number]

/** What a production should come to. */
export interface Made {
  /** As results give it, such as `5.1`. */
  readonly duration: string
}

/** How a case can cost money on a real API. `at risk`: only if a refusal that is expected does not come. */
export const PRICE_CLASSES = ['free', 'at risk', 'paid'] as const

export type PriceClass = (typeof PRICE_CLASSES)[number]

/** What a case needs beside an address and a token. `files`: images and the like that the API can fetch. */
export type Need = 'callback' | 'files'

/** One promise of the API, and how to find out whether it is kept. */
export interface Case extends Evidence {
  /** Unique and lasting, such as `rule/R14/duration`. */
  readonly id: string
  /** What is promised, as one sentence. */
  readonly promise: string
  /** What it is found by: `rule`, `R14`, `matrix`, `kling-v3`. */
  readonly tags: readonly string[]
  readonly priceClass: PriceClass
  /** Credits: what it costs, or would if it were accepted. */
  readonly credits: number
  readonly needs: readonly Need[]
  readonly check: Check
}

export type Check =
  | { readonly kind: 'refused'; readonly sending: Sending; readonly expected: Refused }
  | { readonly kind: 'made'; readonly production: Production; readonly look: Look; readonly expected: Made }
  | { readonly kind: 'query'; readonly query: Query; readonly production?: Production }

/** Questions to `/kling/tasks`. They cost nothing. */
export type Query = 'unknown id' | 'no ids' | 'batch'
