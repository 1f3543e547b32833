import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../src/control/faces.ts'
import { CommandRefused, createSimulator, type Faces } from '../../src/index.ts'
import { create, createAsync, EPOCH, frozenSimulator, TOKEN, whenWaiting } from '../support/requests.ts'

describe('the handle of a simulator', () => {
  it('moves clocks, each token’s own', async () => {
    await using simulator = await frozenSimulator()
    const { clock }: Faces = simulator
    expect(await clock.now()).toBe(EPOCH)
    expect((await clock.advance({ seconds: 1.5, token: 'one' })).now).toBe(EPOCH + 1_500)
    expect((await clock.advance({ ms: 250, token: 'one' })).now).toBe(EPOCH + 1_750)
    expect((await clock.advance({ to: '2026-06-01T00:01:00Z', token: 'one' })).now).toBe(EPOCH + 60_000)
    expect([await clock.now(), await clock.now({ token: 'one' })]).toEqual([EPOCH, EPOCH + 60_000])
    expect(await clock.set({ mode: 'scaled', rate: 10, token: 'one' })).toMatchObject({ mode: 'scaled', rate: 10 })
    const id = await createAsync(simulator)
    expect((await clock.untilSettled(id)).now).toBe(EPOCH + 10_000)
    const held = create(simulator)
    await whenWaiting(simulator)
    expect((await clock.toNextEvent({ token: TOKEN })).now).toBe(EPOCH + 20_000)
    expect((await held).statusCode).toBe(200)
  })

  it('shows tasks and changes what becomes of them', async () => {
    await using simulator = await frozenSimulator()
    const { tasks } = simulator
    const ids = [await createAsync(simulator), await createAsync(simulator), await createAsync(simulator)]
    await tasks.succeed(ids[0] ?? '')
    await tasks.fail(ids[1] ?? '', { code: 'forbidden', message: 'Not this one.' })
    await tasks.stall(ids[2] ?? '')
    const { items } = await tasks.list({ token: TOKEN, model: 'kling-v1', limit: 3, offset: 0 })
    expect(items.map(({ state, settlesAt }) => [state, settlesAt])).toEqual([
      ['accepted', null],
      ['failed', EPOCH],
      ['succeed', EPOCH],
    ])
    expect((await tasks.get(ids[1] ?? '')).steps.at(-1)).toMatchObject({ code: 'forbidden', message: 'Not this one.' })
  })

  it('lets a test wait for its callback without a receiver of its own', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await createAsync(simulator, { callback_url: simulator.inbox.url('my-test') })
    expect(await simulator.inbox.list('my-test', { wait: 10 })).toMatchObject([{ json: { success: true } }])
    await simulator.inbox.clear('my-test')
    expect(await simulator.inbox.list('my-test')).toEqual([])
  })

  it('starts over', async () => {
    await using simulator = await frozenSimulator()
    const first = await createAsync(simulator)
    await simulator.reset()
    expect(await createAsync(simulator)).toBe(first)
  })

  it.each<[string, (simulator: Faces) => Promise<unknown>, number, RegExp]>([
    ['time that is negative', ({ clock }) => clock.advance({ ms: -1 }), 400, /^ms: -1 is not allowed/],
    ['time that is past', ({ clock }) => clock.advance({ to: 1 }), 409, /^a clock moves forward only/],
    ['nobody’s task', ({ tasks }) => tasks.succeed('a/b?c'), 404, /^no task has the id 'a\/b\?c'$/],
    ['nobody’s callback', ({ callbacks }) => callbacks.redeliver('x.1'), 404, /^no task has the id 'x'$/],
    ['a name that is none', ({ inbox }) => inbox.list('a b'), 400, /^name: "a b" is not allowed/],
    ['an unknown part', ({ reset }) => reset({ what: ['all' as never] }), 400, /^what\.0: "all" is not allowed/],
  ])('throws the reason for %s', async (_what, act, status, reason) => {
    await using simulator = await frozenSimulator()
    const refusal: CommandRefused = await act(simulator).then(
      () => expect.unreachable('it was not refused'),
      error => error,
    )
    expect(refusal).toBeInstanceOf(CommandRefused)
    expect([refusal.status, refusal.message]).toEqual([status, expect.stringMatching(reason)])
  })

  it('needs no key of its caller, and no loopback', async () => {
    await using simulator = await createSimulator({ host: '0.0.0.0', clock: 'frozen' })
    expect(await simulator.clock.now()).toBe(EPOCH)
  })

  it('gives the text of what is no answer of ours, in a line that is not long', () => {
    const refusal = thrownBy(() => readAnswer(502, `<h1>\n  Bad Gateway\n</h1>${'<br>\n'.repeat(100)}`))
    expect(refusal).toMatchObject({ constructor: CommandRefused, status: 502 })
    expect(refusal.message).toMatch(/^502, no answer of a mockling server: <h1> Bad Gateway <\/h1><br> .{1,180}$/)
    expect(readAnswer(204, '')).toBeUndefined()
  })
})

function thrownBy(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
