import { modelsOf } from '../contract/capabilities.ts'
import { formatOf } from '../contract/formats.ts'
import { priceOf } from '../contract/pricing.ts'
import type { Revision } from '../contract/revisions.ts'
import { examine } from '../contract/rules.ts'
import { planBy } from '../faults/effects.ts'
import { outcomeOf, SUCCEED } from '../faults/outcomes.ts'
import { accept } from '../simulation/accept.ts'
import { madeUpPrompt } from '../simulation/made-up.ts'
import type { Namespaces } from '../simulation/namespaces.ts'
import { sha256 } from '../simulation/random.ts'
import type { Draft, Pace } from '../simulation/timeline.ts'
import type { Store } from '../store/store.ts'

/** The bearer token whose namespace holds the demo tasks. */
export const DEMO_TOKEN = 'demo'

export interface DemoOptions {
  readonly count: number
  readonly seed: number
  readonly revision: Revision
  readonly origin: string
  readonly store: Store
  readonly namespaces: Namespaces
}

/** Of these, the ones that the revision knows. */
const MODELS = ['kling-v1', 'kling-v1-6', 'kling-v2-5-turbo', 'kling-v2-master', 'kling-video-o1', 'kling-o1']
const DURATIONS = [5, 10]
const FAILURE = outcomeOf('fail api_error', new Set())

/** Fills the namespace of the token `demo` with finished, failed and running tasks, oldest first. */
export async function fillDemo({ count, seed, revision, origin, store, namespaces }: DemoOptions): Promise<void> {
  const namespace = namespaces.of(sha256(DEMO_TOKEN))
  namespaces.keep(namespace)
  // They are kept by --state.
  if ((await store.nextOrdinal(namespace.key)) > 1) return
  const now = namespace.clock.now()
  const models = MODELS.filter(name => modelsOf(revision).includes(name))
  for (let index = 0; index < count; index++) {
    const isRunning = index >= count - Math.ceil(count / 5)
    const hasFailed = !isRunning && index % 4 === 3
    const model = models[index % models.length] as string
    const body = {
      action: 'text2video',
      model,
      mode: index % 2 === 0 ? 'std' : 'pro',
      duration: model === 'kling-o1' ? 5 : DURATIONS[index % 3 === 0 ? 1 : 0],
      prompt: await madeUpPrompt(seed, index),
    }
    const { request } = examine(body, revision, 'documented')
    const { text: outcome, effects } = hasFailed ? FAILURE : SUCCEED
    const change = (draft: Draft) => planBy(effects, draft)
    // Settled ones are an hour old at the least, so that no pace has them still running.
    const at = isRunning ? now : now - (count - index) * 60_000 - 3_600_000
    const pace: Pace = isRunning ? 600 : 'real'
    const facts = { seed, namespace: namespace.key, revision, now: at, pace, effects, change, body, request, origin }
    const made = {
      ...facts,
      outcome,
      traceId: namespaces.nextTraceId(namespace),
      format: formatOf(request),
      credits: priceOf(request).credits,
    }
    await store.byOrdinal(namespace.key, {}, ordinal => store.create(accept({ ...made, ordinal }).task, {}, at))
  }
}
