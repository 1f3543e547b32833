import { describe, expect, it } from 'vitest'
import { Observation, SeenWords } from '../../src/contract/observations.ts'

function observation(change: Partial<Observation> = {}): Observation {
  return {
    case: 'rule/videos/R24/negative_prompt/refused',
    target: 'https://api.example',
    revision: '2026-05',
    date: '2026-11-22T10:00:00.000Z',
    verdict: 'kept',
    source: 'guide A',
    grade: 'guide',
    status: 400,
    code: 'bad_request',
    message: 'negative_prompt is too long',
    ours: { rule: 'R24', field: 'negative_prompt', message: 'negative_prompt has 201 characters', grade: 'chosen' },
    ...change,
  }
}

const OURS = { rule: 'R24', field: 'negative_prompt', message: 'negative_prompt has 350 characters' }

describe('words that were seen', () => {
  it('stand for ours, whatever the values in them', () => {
    expect(new SeenWords([observation()]).of(OURS)).toEqual({
      message: 'negative_prompt is too long',
      text: { source: 'seen at https://api.example on 2026-11-22', grade: 'observed' },
    })
  })

  it.each([
    ['got 201', '350', 'got 350'],
    ['201 of at most 2201 or 201.5', '350', '350 of at most 2201 or 201.5'],
    ["'201' is too long: 201", '350', "'350' is too long: 350"],
  ])('say the values of this request: %s', (message, now, said) => {
    const seen = new SeenWords([observation({ message })])
    expect(seen.of({ ...OURS, message: `negative_prompt has ${now} characters` })?.message).toBe(said)
  })

  it('quote a text in the place of another', () => {
    const ours = { rule: 'R22', field: 'camera_control', message: "type 'a.b' is unknown", grade: 'chosen' as const }
    const seen = new SeenWords([observation({ ours, message: 'no such type: a.b (axb)' })])
    expect(seen.of({ ...ours, message: "type 'spin $&' is unknown" })?.message).toBe('no such type: spin $& (axb)')
  })

  it('keep the longer of two values whole, and leave an empty one alone', () => {
    const ours = { rule: 'R22', message: "between '', '1' and '1.5'", grade: 'chosen' as const }
    const seen = new SeenWords([observation({ ours, message: 'not 1.5 but 1' })])
    expect(seen.of({ rule: 'R22', message: "between 'x', '2' and '2.5'" })?.message).toBe('not 2.5 but 2')
  })

  it('are the same whatever the request where nothing is quoted', () => {
    const ours = { message: 'id is required', grade: 'chosen' as const }
    const seen = new SeenWords([observation({ ours, message: 'missing id 7' })])
    expect(seen.of({ message: 'id is required' })?.message).toBe('missing id 7')
    expect(seen.of({ rule: 'R1', message: 'id is required' })).toBeUndefined()
  })

  it('keep quotes that belong to a word', () => {
    const ours = { rule: 'R22', message: "it is 'don' here", grade: 'chosen' as const }
    const seen = new SeenWords([observation({ ours, message: "value don isn't there" })])
    expect(seen.of({ rule: 'R22', message: "it is 'abc' here" })?.message).toBe("value abc isn't there")
  })

  it('are those seen last', () => {
    const earlier = observation({ date: '2026-11-21T00:00:00.000Z', message: 'earlier' })
    const later = observation({ date: '2026-11-23T00:00:00.000Z', message: 'later' })
    for (const order of [
      [later, observation(), earlier],
      [earlier, later, observation()],
    ]) {
      expect(new SeenWords(order).of(OURS)?.message).toBe('later')
    }
  })

  it('keep the longer of two texts whole', () => {
    const ours = { rule: 'R22', message: "neither 'a' nor 'a b'", grade: 'chosen' as const }
    const seen = new SeenWords([observation({ ours, message: 'got a b and a' })])
    expect(seen.of({ rule: 'R22', message: "neither 'x' nor 'y z'" })?.message).toBe('got y z and x')
  })

  it('put nothing in the place of an empty text', () => {
    const ours = { rule: 'R22', message: "between '' and '1'", grade: 'chosen' as const }
    const seen = new SeenWords([observation({ ours, message: '(1!) is not it.' })])
    expect(seen.of({ rule: 'R22', message: "between 'x' and '2'" })?.message).toBe('(2!) is not it.')
  })

  it('take a number with all its decimals for one value', () => {
    const ours = { rule: 'R23', message: 'cfg_scale is 1.25', grade: 'chosen' as const }
    const seen = new SeenWords([observation({ ours, message: '1.25 is above 1' })])
    expect(seen.of({ rule: 'R23', message: 'cfg_scale is 10.375' })?.message).toBe('10.375 is above 1')
    expect(seen.of({ rule: 'R23', message: 'cfg_scale is ' })).toBeUndefined()
  })

  it('are of any rule and field where the simulator names none', () => {
    const ours = { message: 'no', grade: 'chosen' as const }
    const seen = new SeenWords([observation({ ours })])
    expect(seen.of({ message: 'no' })?.message).toBe('negative_prompt is too long')
    expect(seen.of({ rule: 'R24', message: 'no' })).toBeUndefined()
    expect(seen.of({ field: 'prompt', message: 'no' })).toBeUndefined()
  })

  it('are not those without a status', () => {
    const { status: _, ...without } = observation()
    expect(new SeenWords([without]).of(OURS)).toBeUndefined()
  })

  it('are none where the simulator says nothing itself', () => {
    const { ours: _, ...without } = observation()
    expect(new SeenWords([without]).of(OURS)).toBeUndefined()
    expect(new SeenWords().of(OURS)).toBeUndefined()
  })

  it.each<[string, Partial<Observation>]>([
    ['of a mockling', { simulated: true }],
    ['where the text is documented', { ours: { ...OURS, grade: 'vendor' } }],
    ['of another rule', { ours: { ...OURS, rule: 'R25', grade: 'chosen' } }],
    ['of another field', { ours: { ...OURS, field: 'prompt', grade: 'chosen' } }],
    ['of another text of the rule', { ours: { ...OURS, message: 'no', grade: 'chosen' } }],
    ['of an acceptance', { status: 200 }],
    ['without a text', { message: '' }],
  ])('are not those %s', (_, change) => {
    expect(new SeenWords([observation(change)]).of(OURS)).toBeUndefined()
  })

  it('bring their status where that is chosen too', () => {
    expect(new SeenWords([observation({ status: 422 })]).of(OURS)?.status).toBeUndefined()
    expect(new SeenWords([observation({ status: 422, grade: 'chosen' })]).of(OURS)?.status).toBe(422)
  })
})

describe('a line of an evidence file', () => {
  const whole = {
    ...observation(),
    simulated: true,
    shape: { error: 'string' },
    sha256: 'abc',
    differences: [{ at: '$.error', promised: 'a text', seen: 'nothing' }],
  }

  it('is read as it was written', () => {
    expect(Observation.parse(whole)).toEqual(whole)
    expect(Observation.parse(JSON.parse(JSON.stringify(observation())))).toEqual(observation())
    for (const verdict of ['kept', 'broken']) expect(Observation.parse({ ...whole, verdict }).verdict).toBe(verdict)
  })

  it.each<Record<string, unknown>>([
    { case: undefined },
    { target: 5 },
    { simulated: false },
    { revision: '2026-04' },
    { date: 'yesterday' },
    { date: '2026-11-22' },
    { verdict: 'unknown' },
    { source: undefined },
    { grade: 'guess' },
    { status: 400.5 },
    { code: 400 },
    { message: null },
    { sha256: 1 },
    { ours: { message: 'no' } },
    { ours: { message: 'no', grade: 'guess' } },
    { ours: { grade: 'chosen' } },
    { ours: { message: 'no', grade: 'chosen', rule: 24 } },
    { ours: { message: 'no', grade: 'chosen', field: 24 } },
    { differences: [{ at: '$.error', promised: 'a text' }] },
    { differences: [{ promised: 'a text', seen: 'nothing' }] },
    { differences: {} },
  ])('is refused with %j', change => {
    expect(Observation.safeParse({ ...whole, ...change }).success).toBe(false)
  })
})
