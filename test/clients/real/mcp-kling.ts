import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REVISIONS } from '../../../src/contract/revisions.ts'
import { run } from '../../cli/command.ts'
import { type Conversation, converse } from './conversation.ts'
import { expectVideo, type Fake, fake, isOffered, posted, showPendingAs } from './fakes.ts'
import { installed, pinned, script } from './place.ts'
import { scorecard } from './scorecard.ts'
import { FRAME, TEXT, WORKFLOWS, type Workflow, workflowsOf } from './workflows.ts'

/** What a tool said, and whether the protocol calls it an error. */
interface Said {
  readonly isError: boolean
  readonly text: string
}

/** A server process for one token, and what it answered to `initialize`. */
interface Session {
  readonly talk: Conversation
  readonly greeting: { serverInfo: { name: string }; protocolVersion: string; capabilities: object }
}

const sessions = new Map<string, Promise<Session>>()

function sessionOf({ mockling, token }: Fake): Promise<Session> {
  const open = async () => {
    const talk = converse([script('mcp_session.py'), installed('mcp-kling')], mockling.env)
    return { talk, greeting: await talk.ask() }
  }
  const session = sessions.get(token) ?? open()
  sessions.set(token, session)
  return session
}

async function use(to: Fake, tool: string, given: object = {}): Promise<Said> {
  const { talk } = await sessionOf(to)
  const { isError, content } = await talk.ask({ tool, arguments: given })
  return { isError, text: content.map(({ text }: { text: string }) => text).join('') }
}

const TOOLS: Readonly<Record<string, string>> = {
  image2video: 'kling_generate_video_from_image',
  'end frame': 'kling_generate_video_from_image',
  'reference images': 'kling_generate_video_from_image',
  extend: 'kling_extend_video',
  turbo: 'kling_generate_turbo_video',
  storyboard: 'kling_generate_storyboard',
  elements: 'kling_generate_with_assets',
  motion: 'kling_generate_motion',
  'directed storyboard': 'kling_generate_storyboard',
  voices: 'kling_generate_with_assets',
  'lip-sync': 'kling_lip_sync',
  'spoken text': 'kling_lip_sync',
  'recording as a file': 'kling_lip_sync',
  'talking photo': 'kling_talking_photo',
  'goods studio': 'kling_goods_studio',
  'video commerce': 'kling_video_commerce',
}

const INFORMATION = ['kling_get_task', 'kling_get_tasks_batch', 'kling_list_models', 'kling_list_actions']

/** Tools that take the whole body as one argument. */
const WHOLE = /turbo|storyboard|assets|studio|commerce/

function carryOut(to: Fake, { name, body }: Pick<Workflow, 'name' | 'body'>): Promise<Said> {
  const tool = TOOLS[name] ?? 'kling_generate_video'
  const { action: _, ...fields } = body
  return use(to, tool, WHOLE.test(tool) ? { request: body } : fields)
}

const card = scorecard('mcp-kling')

/** Where everything settles at once, and where nothing does: processes of this server start slowly, so few are started. */
let instant: Fake
let frozen: Fake

export function mcpKling() {
  beforeAll(async () => {
    instant = await fake('--pace', 'instant')
    frozen = await fake('--clock', 'frozen')
  })
  afterAll(async () => {
    for (const session of sessions.values()) await (await session).talk[Symbol.asyncDispose]()
  })

  it('shakes hands and names its tools', async () => {
    const { talk, greeting } = await sessionOf(instant)
    expect(greeting).toMatchObject({ serverInfo: { name: 'kling' }, capabilities: { tools: expect.any(Object) } })
    expect(greeting.protocolVersion).toMatch(/^\d{4}-\d\d-\d\d$/)
    const { tools } = await talk.ask({})
    const known = [...WORKFLOWS.map(({ name }) => TOOLS[name] ?? 'kling_generate_video'), ...INFORMATION]
    expect(new Set(tools.map(({ name }: { name: string }) => name))).toEqual(new Set(known))
  })

  it('hands out the prompts that explain it to a model', async () => {
    const { talk } = await sessionOf(instant)
    const { prompts } = await talk.ask({ prompts: true })
    expect(prompts.map(({ name }: { name: string }) => name)).toEqual([
      'kling_video_generation_guide',
      'kling_workflow_examples',
      'kling_prompt_suggestions',
    ])
    for (const { name } of prompts) {
      const { messages } = await talk.ask({ prompt: name })
      expect(messages[0].content.text.length).toBeGreaterThan(500)
    }
  })

  describe.each(REVISIONS)('under revision %s', revision => {
    let to: Fake
    beforeAll(async () => {
      to = await fake('--pace', 'instant', '--revision', revision)
    })

    it.each(workflowsOf(revision))('carries out: $name', async workflow => {
      const { isError, text } = await carryOut(to, workflow)
      if (!(await isOffered(workflow, to))) {
        expect(isError).toBe(true)
        const [refused] = await to.mockling.requests.list({ kind: 'request', limit: 1 })
        expect(refused).toMatchObject({ status: 400, code: expect.stringMatching(/^(?:bad_request|api_not_impl.*)$/) })
        expect(text).toContain(refused && 'message' in refused ? refused.message : 'a message')
        return card.note(revision, workflow.name, 'refused')
      }
      expect(isError, text).toBe(false)
      const { task_id } = JSON.parse(text)
      const ended = JSON.parse((await use(to, 'kling_get_task', { task_id })).text)
      expect(ended.mcp_task_polling).toMatchObject({ is_complete: true, should_poll: false })
      await expectVideo(ended.response, to)
      card.note(revision, workflow.name, 'done')
    })
  })

  it('tells the model to poll after a create, and what came of several tasks', async () => {
    const to = instant
    const accepted = JSON.parse((await carryOut(to, { name: 'text2video', body: TEXT })).text)
    expect(accepted.mcp_async_submission).toMatchObject({ poll_tool: 'kling_get_task', should_poll: true })
    const failed = JSON.parse((await carryOut(to, { name: '', body: { prompt: '[[mockling:fail forbidden]]' } })).text)
    const task_ids = [accepted.task_id, failed.task_id]
    const batch = JSON.parse((await use(to, 'kling_get_tasks_batch', { task_ids })).text)
    expect(batch).toMatchObject({ count: 2, items: [{ id: failed.task_id }, { id: accepted.task_id }] })
    const told = JSON.parse((await use(to, 'kling_get_task', { task_id: failed.task_id })).text)
    expect(told).toMatchObject({
      response: { success: false, error: { code: 'forbidden' } },
      mcp_task_polling: { is_failed: true, should_poll: false },
    })
  })

  it('is answered by callback', async () => {
    const to = instant
    const body = { ...TEXT, callback_url: to.mockling.inbox.url('done') }
    await carryOut(to, { name: 'text2video', body })
    await expectVideo(await posted(to, 'done'), to)
  })

  it.each(['absent', 'empty', 'snapshot'])('takes a pending task for one, with --pending-response %s', async shape => {
    const { task_id } = JSON.parse((await carryOut(frozen, { name: 'image2video', body: FRAME })).text)
    await showPendingAs(frozen, shape)
    const told = JSON.parse((await use(frozen, 'kling_get_task', { task_id })).text)
    expect(told.mcp_task_polling).toMatchObject({ should_poll: true, is_complete: false, is_failed: false })
  })

  describe('errors', mapsErrors)
  it('needs nothing but what `mockling exec` sets', async () => {
    const words = [installed('python'), script('mcp_session.py'), installed('mcp-kling')]
    const order = { tool: 'kling_generate_video', arguments: { prompt: 'a white mug' } }
    const { code, stdout } = await run(['exec', '--', ...words], { input: `${JSON.stringify(order)}\n` })
    expect(code).toBe(0)
    expect(JSON.parse(JSON.parse(stdout.split('\n')[1] ?? '').content[0].text).task_id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('says which version it is', async () => {
    expect((await run(['exec', '--', installed('mcp-kling'), '--version'])).stdout).toContain(pinned('mcp-kling'))
  })

  describe('faults', faults)
  return card
}

function mapsErrors(): void {
  it.each([
    ['refuse invalid_token', 'The specified token is invalid or wrong.'],
    ['refuse token_mismatched', 'The specified token is not matched with API.'],
    ['refuse used_up', 'Your balance is not sufficient for current request'],
    ['refuse forbidden message="Not this."', 'Not this.'],
    ['refuse too_many_requests', 'You have exceeded the rate limit.'],
    ['refuse api_error', 'fetch failed'],
    ['answer-html', '<html'],
    ['answer-malformed', 'Expecting property name'],
    ['answer-dropped', 'Server disconnected without sending a response.'],
  ])('passes the message of %s on as an error', async (effects, message) => {
    await instant.mockling.outcomes.add(effects, { next: 1 })
    const { isError, text } = await carryOut(instant, { name: 'text2video', body: TEXT })
    expect(isError).toBe(true)
    expect(text).toContain(`Error executing tool kling_generate_video: ${message}`)
  })
}

function faults(): void {
  card.fault('breaks down on a pending task whose `response` is null', async () => {
    const { task_id } = JSON.parse((await carryOut(frozen, { name: 'text2video', body: TEXT })).text)
    await showPendingAs(frozen, 'null')
    expect(await use(frozen, 'kling_get_task', { task_id })).toEqual({
      isError: true,
      text: "Error executing tool kling_get_task: 'NoneType' object has no attribute 'get'",
    })
  })

  card.fault('says nothing of a task that does not exist', async () => {
    const to = instant
    const { isError, text } = await use(to, 'kling_get_task', { task_id: '00000000-0000-4000-8000-000000000000' })
    expect({ isError, text }).toEqual({ isError: false, text: '{}' })
  })

  card.fault('reports what it refuses itself as a success', async () => {
    const to = instant
    const before = await to.mockling.requests.count()
    const said = await carryOut(to, { name: 'text2video', body: { ...TEXT, duration: 7 } })
    expect(said).toEqual({ isError: false, text: 'Error: kling-v1 duration must be 5 or 10.' })
    expect(await to.mockling.requests.count()).toBe(before)
  })

  card.fault('refuses what kling-v3-omni takes', async () => {
    const to = instant
    const body = { ...TEXT, model: 'kling-v3-omni', negative_prompt: 'blur' }
    expect((await carryOut(to, { name: 'text2video', body })).text).toMatch(/^Error: negative_prompt.* not supported/)
    const answer = await fetch(`${to.url}/kling/videos`, {
      method: 'POST',
      headers: { authorization: `Bearer ${to.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, async: true }),
    })
    expect(answer.status).toBe(200)
  })

  card.fault('names tools that it does not have', async () => {
    const to = instant
    const { text } = await use(to, 'kling_list_actions')
    const { tools } = await (await sessionOf(to)).talk.ask({})
    const has = new Set(tools.map(({ name }: { name: string }) => name))
    const named = [...text.matchAll(/^- (kling_\w+):/gm)].map(([, name = '']) => name)
    expect(named.filter(name => !has.has(name))).toEqual([
      'kling_apparel_video',
      'kling_virtual_try_on',
      'kling_manage_elements',
      'kling_manage_voices',
    ])
  })

  card.fault('asks for kling-v1 where it says kling-v2-master', async () => {
    const to = instant
    expect((await use(to, 'kling_list_models')).text).toContain('V2 master (default)')
    const { isError } = await carryOut(to, { name: 'text2video', body: { prompt: 'a white mug' } })
    expect(isError).toBe(false)
    const [made] = await to.mockling.requests.list({ operation: 'create', limit: 1 })
    expect(made && 'requestBody' in made && JSON.parse(made.requestBody ?? '{}').model).toBe('kling-v1')
  })

  card.fault('asks for the id of a task where the API takes that of a video', async () => {
    const to = await fake('--pace', 'instant', '--revision', '2026-08')
    const { tools } = await (await sessionOf(to)).talk.ask({})
    const { inputSchema } = tools.find(({ name }: { name: string }) => name === 'kling_lip_sync')
    expect(inputSchema.properties.video_id.description).toMatch(/^Task ID of a previously generated video/)
    const { task_id } = JSON.parse((await carryOut(to, { name: 'text2video', body: TEXT })).text)
    const { video } = await to.mockling.tasks.get(task_id)
    const speak = (video_id: string) =>
      use(to, 'kling_lip_sync', { mode: 'text2video', video_id, text: 'Good morning.', voice_id: 'oversea_male1' })
    expect(await speak(task_id)).toEqual({
      isError: true,
      text: expect.stringContaining(`video_id '${task_id}' is no finished video of this token`),
    })
    expect((await speak(video.id)).isError).toBe(false)
  })
}
