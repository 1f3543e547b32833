// How many bodies a second `validate` judges on one core, beside JSON.parse of the same body as a bare reference.
import { validate } from '../dist/index.js'
import { rates, report, rounded } from './harness.mjs'

const BODIES = {
  accepted: {
    action: 'text2video',
    model: 'kling-v3',
    mode: 'pro',
    prompt: 'a white mug',
    duration: 5,
    cfg_scale: 0.5,
  },
  'accepted, with frames': {
    action: 'image2video',
    model: 'kling-v2-6',
    mode: 'pro',
    prompt: 'a white mug',
    start_image_url: 'https://example.com/a.png',
    end_image_url: 'https://example.com/b.png',
    callback_url: 'https://example.com/hook',
  },
  refused: { action: 'text2video', model: 'kling-v2-5-turbo', prompt: 'a white mug', duration: 7 },
}

function perSecond(work) {
  for (let i = 0; i < 20_000; i++) work()
  const rounds = 200_000
  const from = performance.now()
  for (let i = 0; i < rounds; i++) work()
  return Math.round((rounds * 1000) / (performance.now() - from))
}

report(
  Object.entries(BODIES).map(([name, body]) => {
    const text = JSON.stringify(body)
    const bare = perSecond(() => JSON.parse(text))
    const ours = perSecond(() => validate(body, '2026-05', 'documented'))
    const ratio = `${rounded(ours / bare)} of JSON.parse`
    const bounds = { gate: 400_000, goal: 1_000_000 }
    return { what: `validate, ${name}`, seen: ours, unit: '/s', ...rates(ours, bare), ratio, ...bounds }
  }),
)
