// What the soak's clients do: each visit is a few requests that follow from the seed and the visit's number alone.
import { setTimeout as rest } from 'node:timers/promises'

/** A client gives up by then. */
const PATIENCE_MS = 8_000

const VIDEOS = [
  { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' },
  { action: 'text2video', model: 'kling-v1-6', mode: 'pro', prompt: 'a white mug', duration: 10, cfg_scale: 0.7 },
  { action: 'text2video', model: 'kling-v2-5-turbo', prompt: '一只白色的杯子 🎬', aspect_ratio: '9:16' },
  { action: 'text2video', model: 'kling-v2-6', mode: 'pro', prompt: 'a mug that sings', generate_audio: true },
  { action: 'text2video', model: 'kling-v3', mode: '4k', prompt: 'a mug, closely', duration: 3, aspect_ratio: '1:1' },
  { action: 'image2video', model: 'kling-v3-omni', start_image_url: 'https://example.com/a.png', prompt: 'it turns' },
  {
    action: 'image2video',
    model: 'kling-v2-6',
    mode: 'pro',
    start_image_url: 'https://example.com/a.png',
    end_image_url: 'https://example.com/b.png',
    prompt: 'it falls',
  },
  { action: 'extend', model: 'kling-v1', video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c', prompt: 'it goes on' },
]

const OTHERS = {
  '/kling/motion': {
    image_url: 'https://example.com/figure.png',
    video_url: 'https://example.com/dance.mp4',
    character_orientation: 'image',
    mode: 'std',
  },
  '/kling/lip-sync': {
    mode: 'text2video',
    video_url: 'https://example.com/face.mp4',
    text: 'Good morning.',
    voice_id: 'oversea_male1',
  },
  '/kling/talking-photo': { image_url: 'https://example.com/face.png', audio_url: 'https://example.com/voice.mp3' },
}

const REVISIONS = ['2026-03', '2026-05', '2026-08', '2026-10']

/** One of each kind at least; `kindsOf` says which kinds that are. */
export const OUTCOMES = [
  'succeed',
  'fail api_error',
  'fail moderation after=0.2',
  'refuse too_many_requests retry-after=1',
  'refuse api_error',
  'retired-model',
  'stall',
  'takes 1',
  'outlast 0.5 limit=0.5',
  'progress',
  'no-video-url',
  'unknown-state',
  'no-success',
  'numeric-duration',
  'extra-fields',
  'answer-error api_error',
  'answer-html',
  'answer-malformed',
  'answer-truncated',
  'answer-type',
  'answer-late 0.5',
  'answer-slow 200',
  'answer-reset',
  'answer-dropped',
  'callback-early',
  'callback-unseen 1',
  'callback-lost',
  'callback-late 1',
  'callback-reordered 1',
  'callback-contradicted 0.5',
  'callback-doubled 3 gap=0.2',
  'callback-stranger',
  'callback-oversized 200000',
  'callback-malformed',
  'callback-signed',
  'callback-forged',
  'media-expired',
  'media-missing',
  'media-type',
  'media-no-range',
  'media-empty',
  'media-truncated',
  'media-slow 100000',
  'media-cut 5000',
]

/** Names of kinds that have an outcome above. */
export function kindsOf(outcomes) {
  return new Set(outcomes.map(text => text.split(' ')[0]))
}

const REFUSED = [
  { body: '{"action":' },
  { body: '[1]' },
  { body: `${'['.repeat(2000)}${']'.repeat(2000)}` },
  { body: { action: 'text2video' } },
  { body: { action: 'text2video', model: 'kling-v9', prompt: 'a' } },
  { body: { action: 'text2video', prompt: 'x'.repeat(2501) } },
  { body: { action: 'text2video', model: 'kling-v2-6', mode: '4k', generate_audio: true, prompt: 'a' } },
  { body: { action: 'extend', video_id: 'nobody', prompt: 'a' } },
  { body: { action: 'text2video', prompt: '[[mockling:no-such-thing]]' } },
  { body: JSON.stringify({ action: 'text2video', prompt: 'x'.repeat(1_200_000) }) },
  { body: VIDEOS[0], headers: { 'x-mockling-outcome': 'fail' } },
  { body: VIDEOS[0], headers: { 'content-type': 'text/plain' } },
  { body: VIDEOS[0], headers: { authorization: 'Basic YTpi' } },
  { body: VIDEOS[0], path: '/kling/unknown' },
  { body: VIDEOS[0], path: '/nowhere' },
  { body: { ids: 'all', action: 'retrieve_batch' }, path: '/kling/tasks' },
]

const MAGIC = ['invalid_token', 'token_expired', 'used_up', 'too_many_requests', 'disabled', 'api_error', 'timeout']

/** Below `/_mockling`; TOKEN stands for the visit's. */
const READS = [
  '/v1/journal?token=TOKEN&limit=50',
  '/v1/journal?limit=100&kind=request',
  '/v1/journal/count?token=TOKEN',
  '/v1/tasks?token=TOKEN',
  '/v1/tasks?limit=20',
  '/v1/account?token=TOKEN',
  '/v1/clock?token=TOKEN',
  '/v1/clock/log',
  '/v1/callbacks?token=TOKEN',
  '/v1/rules',
  '/v1/faults?token=TOKEN',
  '/v1/timelines',
  '/v1/outcomes',
  '/v1/settings',
  '/v1/token-settings',
  '/v1/inbox',
  '/v1/duplicates?token=TOKEN',
  '/v1/manners?token=TOKEN',
  '/v1/nowhere',
  '/metrics',
  '/ready',
  '/live',
  '',
]

const EXPORTS = ['/v1/journal.har', '/v1/state', '/v1/ledger', '/v1/report', '/v1/report.txt', '/v1/journal?limit=1000']

const DOCUMENTS = [
  '/docs',
  '/docs/scalar.js',
  '/docs/start.js?revision=2026-05',
  '/_mockling/openapi.json',
  '/_mockling/openapi.yaml',
  ...REVISIONS.flatMap(revision => [`/openapi.json?revision=${revision}`, `/openapi.yaml?revision=${revision}`]),
]

/** Bytes that are no request, or none that is whole. */
const BROKEN = [
  'GET / HT',
  'POST /kling/videos HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer broken\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"action":',
  'POST /kling/videos HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  '\u0000\u0001\u0002\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '',
]

/** Each with how often it comes, of all of them together. */
const VISITS = [
  [14, held],
  [6, hangUp],
  [14, pollAndWatch],
  [14, calledBack],
  [4, ownInbox],
  [8, refused],
  [14, badDay],
  [4, rulesAndFaults],
  [5, clocks],
  [10, reads],
  [2, exports],
  [4, followers],
  [2, documents],
  [3, broken],
  [4, callbacksByHand],
  [3, otherRevision],
  [2, sharedSettings],
]

const ALL = VISITS.reduce((sum, [weight]) => sum + weight, 0)

/**
 * The visit with that number. `chance` is its own; `token` it shares with its neighbours, `own` with nobody.
 * @param {{ calls: import('./soak-calls.mjs').Calls, chance: () => number, hooks: object, token: string, own: string }} at
 */
export async function visit(at) {
  let left = at.chance() * ALL
  const [, act] = VISITS.find(([weight]) => {
    left -= weight
    return left < 0
  })
  await act({ ...at, pick: list => list[Math.floor(at.chance() * list.length)] })
}

/** What a command says to one namespace. */
function command(calls, method, path, body) {
  return calls.ask(method, `/_mockling${path}`, body && { body })
}

/** Forgets a token that is not used any more. */
export function forget(calls, token) {
  return command(calls, 'POST', '/v1/reset', { token })
}

function create({ calls }, token, body, { path = '/kling/videos', outcome, patienceMs = PATIENCE_MS } = {}) {
  const headers = outcome === undefined ? {} : { 'x-mockling-outcome': outcome }
  return calls.ask('POST', path, { body, token, headers, patienceMs })
}

async function taskOf(at, token, body, options) {
  const reply = await create(at, token, body, options)
  return reply?.json()?.task_id
}

function poll({ calls }, token, body) {
  return calls.ask('POST', '/kling/tasks', { body: { action: 'retrieve', ...body }, token, patienceMs: PATIENCE_MS })
}

async function settled(at, token, id) {
  for (let turn = 0; turn < 6; turn++) {
    const record = (await poll(at, token, { id }))?.json()
    if (record?.response?.state || record?.response?.success === false) return record.response
    await rest(200)
  }
  return undefined
}

async function held(at) {
  await create(at, at.token, at.pick(VIDEOS))
}

async function hangUp(at) {
  await create(at, at.token, at.pick(VIDEOS), { patienceMs: 20 + Math.floor(at.chance() * 300) })
}

async function pollAndWatch(at) {
  const { token, pick, chance } = at
  const ids = [await taskOf(at, token, { ...pick(VIDEOS), async: true })]
  if (chance() < 0.3) ids.push(await taskOf(at, token, { ...pick(VIDEOS), async: true }))
  const [watching, length] = [chance(), chance()]
  const result = await settled(at, token, ids[0])
  await poll(at, token, { action: 'retrieve_batch', ids: ids.filter(id => id !== undefined) })
  await poll(at, token, { action: 'retrieve_batch', limit: 20 })
  if (result?.video_url) await watch(at, result.video_url, watching, length)
}

/** Looks at a video in one of the ways of players. */
async function watch({ calls }, url, way, length) {
  const patienceMs = PATIENCE_MS
  if (way < 0.15) await calls.ask('HEAD', url, { patienceMs })
  else if (way < 0.4) await calls.ask('GET', url, { headers: { range: 'bytes=0-65535' }, patienceMs })
  else if (way < 0.5) await calls.ask('GET', url, { headers: { range: 'bytes=0-99,5000-5099,-100' }, patienceMs })
  else if (way < 0.55) await calls.ask('GET', url, { headers: { range: 'bytes=999999999-' }, patienceMs })
  else if (way < 0.75) await calls.ask('GET', url, { patienceMs, bytes: 1 + Math.floor(length * 200_000) })
  else if (way < 0.85) {
    const whole = await calls.ask('GET', url, { patienceMs })
    const etag = whole?.headers.etag
    if (etag) await calls.ask('GET', url, { headers: { 'if-none-match': etag }, patienceMs })
  } else await calls.ask('GET', url, { patienceMs })
}

async function calledBack(at) {
  const { token, pick, hooks, chance } = at
  const callback_url = `${hooks.url}${pick(hooks.ways)}?x=${Math.floor(chance() * 1e9)}`
  const outcome = chance() < 0.3 ? pick(OUTCOMES.filter(text => text.startsWith('callback'))) : undefined
  await create(at, token, { ...pick(VIDEOS), callback_url }, { outcome })
}

/** A callback to an inbox of the simulator's own, awaited there. */
async function ownInbox(at) {
  const { calls, own, pick, chance, url } = at
  const name = `soak-${Math.floor(chance() * 20)}`
  if (chance() < 0.3) {
    const answer = pick([{ status: 409, next: 1 }, { drop: true, next: 1 }, { delay: 0.2, next: 2 }, {}])
    await command(calls, 'PUT', `/v1/inbox/${name}/answer`, answer)
  }
  await create(at, own, { ...pick(VIDEOS), callback_url: `${url}/_mockling/inbox/${name}` })
  await calls.ask('GET', `/_mockling/v1/inbox/${name}?wait=2&count=1`, {
    patienceMs: chance() < 0.3 ? 100 : PATIENCE_MS,
  })
  await calls.ask('POST', `/_mockling/inbox/${name}`, { body: { hello: 'there' } })
  await command(calls, 'DELETE', `/v1/inbox/${name}`)
  await forget(calls, own)
}

async function refused(at) {
  const { calls, own, pick, chance } = at
  const { path = '/kling/videos', body, headers } = pick(REFUSED)
  // Some tokens are never heard of again, and nothing was ever accepted for them.
  await calls.ask('POST', path, { body, headers, token: own, patienceMs: PATIENCE_MS })
  if (chance() < 0.3) await create(at, `${own}.mockling-${pick(MAGIC)}`, pick(VIDEOS))
  if (chance() < 0.2) await calls.ask('POST', '/kling/videos', { body: VIDEOS[0], patienceMs: PATIENCE_MS })
}

/** An outcome, said in the header or in the prompt, to each kind of caller. */
async function badDay(at) {
  const { token, pick, chance, hooks } = at
  const outcome = pick(OUTCOMES)
  const how = pick([{ async: true }, {}, { callback_url: `${hooks.url}/ok` }, { async: true, timeout: 5 }])
  const isHeader = chance() < 0.7
  const [watching, length] = [chance(), chance()]
  const base = { action: 'text2video', model: pick(['kling-v1', 'kling-v2-6']), ...how }
  const body = { ...base, prompt: isHeader ? 'a mug' : `a mug [[mockling:${outcome}]]` }
  const reply = await create(at, token, body, { ...(isHeader && { outcome }), patienceMs: 3000 })
  const id = reply?.json()?.task_id
  const result = id && (await settled(at, token, id))
  if (result?.video_url) await watch(at, result.video_url, watching, length)
}

async function rulesAndFaults(at) {
  const { calls, own, pick, chance } = at
  const isNamed = chance() < 0.5
  const of = { token: own }
  await command(calls, 'POST', '/v1/rules', {
    ...of,
    ...(isNamed && { id: 'first' }),
    effects: pick(OUTCOMES),
    next: 2,
  })
  await command(calls, 'POST', '/v1/faults', { ...of, effects: 'answer-late 0.1', operation: 'tasks', every: 2 })
  await command(calls, 'POST', '/v1/faults', { ...of, effects: 'media-slow 500000', operation: 'download', for: 5 })
  const events = [
    { at: 0, for: 2, outcome: 'fail api_error', next: 1 },
    { at: 1, fault: 'answer-late 0.05', operation: 'tasks' },
  ]
  await command(calls, 'POST', '/v1/timelines', { ...of, name: 'incident', events })
  for (let turn = 0; turn < 3; turn++) {
    const id = await taskOf(at, own, { ...pick(VIDEOS), async: true }, { patienceMs: 2000 })
    if (id) await poll(at, own, { id })
  }
  await calls.ask('GET', `/_mockling/v1/rules?token=${own}`)
  await command(calls, 'DELETE', `/v1/rules?token=${own}`)
  await command(calls, 'DELETE', `/v1/faults?token=${own}`)
  await command(calls, 'DELETE', `/v1/timelines/incident?token=${own}`)
  await forget(calls, own)
}

async function clocks(at) {
  const { calls, own, pick, chance, hooks } = at
  const of = { token: own }
  const mode = pick([{ mode: 'frozen' }, { mode: 'scaled', rate: 50 }, { mode: 'auto-skip' }, { mode: 'real' }])
  await command(calls, 'PUT', '/v1/clock', { ...of, ...mode })
  const body = { ...pick(VIDEOS), callback_url: `${hooks.url}${pick(['/ok', '/error', '/hangup'])}` }
  const id = await taskOf(at, own, body, { outcome: pick(['succeed', 'takes 300', 'fail api_error after=20']) })
  const waiting = create(at, own, pick(VIDEOS), { patienceMs: 2000 })
  await command(calls, 'POST', '/v1/clock/advance', { ...of, ms: Math.floor(chance() * 5000) })
  await command(calls, 'POST', '/v1/clock/next-event', of)
  if (id) await command(calls, 'POST', '/v1/clock/until-settled', { task: id })
  const url = id && (await poll(at, own, { id }))?.json()?.response?.video_url
  if (chance() < 0.3) await command(calls, 'POST', '/v1/clock/advance', { ...of, seconds: 31 * 86_400 })
  if (url) await calls.ask('GET', url, { patienceMs: PATIENCE_MS, bytes: 50_000 })
  await command(calls, 'PUT', '/v1/clock', { ...of, mode: 'real' })
  await waiting
  // In parts, whole, or never: then it is one of the tokens that have to be remembered.
  const end = chance()
  if (end < 0.2) await command(calls, 'POST', '/v1/reset', { ...of, what: ['journal', 'counters'] })
  if (end < 0.9) await forget(calls, own)
}

async function reads({ calls, token, pick }) {
  for (let turn = 0; turn < 3; turn++) {
    await calls.ask('GET', `/_mockling${pick(READS).replace('TOKEN', token)}`)
  }
  const match = { kind: 'request', status: 200 }
  await command(calls, 'POST', '/v1/journal/verify', { token, match, atLeast: 1 })
  await command(calls, 'POST', '/v1/journal/near-misses', { token, match: { ...match, path: '/kling/video' } })
  await command(calls, 'POST', '/v1/journal/sequence', {
    token,
    steps: [{ operation: 'create' }, { kind: 'callback' }],
  })
}

async function exports({ calls, pick, chance }) {
  await calls.ask('GET', `/_mockling${pick(EXPORTS)}`, { ...(chance() < 0.2 && { bytes: 20_000 }) })
}

/** Reads the journal's stream for a while; one in three takes nothing. */
async function followers({ calls, chance, token }) {
  const forMs = 200 + Math.floor(chance() * 5000)
  const path = `/_mockling/v1/journal/stream${chance() < 0.5 ? '' : `?token=${token}`}`
  if (chance() < 0.33) await calls.say(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`, forMs)
  else await calls.ask('GET', path, { patienceMs: forMs })
}

async function documents({ calls, pick }) {
  await calls.ask('GET', pick(DOCUMENTS))
}

async function broken({ calls, pick, chance }) {
  await calls.say(pick(BROKEN), 100 + Math.floor(chance() * 3000))
}

async function callbacksByHand(at) {
  const { calls, own, pick, hooks, chance } = at
  const body = { ...pick(VIDEOS), callback_url: `${hooks.url}/ok` }
  const id = await taskOf(at, own, body, { outcome: pick(['takes 0.2', 'takes 30', 'stall', 'callback-late 30']) })
  if (id === undefined) return
  const to = pick([{ to: 'succeed' }, { to: 'fail', code: 'timeout' }, { to: 'stall' }])
  await command(calls, 'POST', `/v1/tasks/${id}/reroute`, to)
  await calls.ask('GET', `/_mockling/v1/tasks/${id}`)
  await rest(300)
  const listed = (await calls.ask('GET', `/_mockling/v1/callbacks?task=${id}`))?.json()
  const callback = (listed?.attempts[0] ?? listed?.scheduled[0])?.callbackId
  if (callback !== undefined) {
    await calls.ask('GET', `/_mockling/v1/callbacks/${callback}`)
    if (chance() < 0.5) await command(calls, 'POST', `/v1/callbacks/${callback}/redeliver`)
    else await command(calls, 'POST', `/v1/callbacks/${callback}/resend`, { url: `${hooks.url}/error`, body: 'other' })
    await command(calls, 'DELETE', `/v1/callbacks/${callback}`)
  }
  await command(calls, 'POST', '/v1/callbacks', { task: id })
  await forget(calls, own)
}

/** A token with a revision of its own, and the endpoints that only some have. */
async function otherRevision(at) {
  const { calls, own, pick } = at
  await command(calls, 'PATCH', '/v1/token-settings', { token: own, revision: pick(REVISIONS) })
  const path = pick(Object.keys(OTHERS))
  const id = await taskOf(at, own, { ...OTHERS[path], async: true }, { path })
  if (id) await settled(at, own, id)
  await create(at, own, pick(VIDEOS))
  await create(at, own, OTHERS[path], { path, outcome: pick(['succeed', 'fail api_error', 'refuse used_up']) })
  await command(calls, 'PATCH', '/v1/token-settings', { token: own, revision: null })
  await forget(calls, own)
}

/** What is everybody's: settings, how the server's clock runs. To move that one waits for all posts there are, so it stays. */
async function sharedSettings({ calls, pick }) {
  await command(calls, 'PATCH', '/v1/settings', pick([{ pace: 0.3 }, { pace: 0.6 }, { pendingResponse: 'snapshot' }]))
  await command(calls, 'PUT', '/v1/clock', { mode: 'real' })
  await command(calls, 'PATCH', '/v1/settings', { balance: null, pendingResponse: 'absent' })
}
