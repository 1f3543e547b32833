import type { Timebase } from '../simulation/timebase.ts'
import type { Answered } from './messages.ts'

/** How often it is looked who of those that were asked is still there, in real milliseconds. */
const LOOK_MS = 500

/** Nobody is waited for longer, in real milliseconds. */
const LONGEST_MS = 5000

/** Something that was asked. */
interface Question {
  /** Who is to answer; `undefined` until it is known who heard it. */
  asked: ReadonlySet<string> | undefined
  readonly answers: Map<string, Answered>
  readonly fits: (answer: unknown) => boolean
  readonly settle: (failure?: { readonly reason: unknown }) => void
}

/** What was asked of other replicas and is not answered yet. */
export class Asking {
  readonly #timebase: Timebase
  readonly #present: () => Promise<readonly string[]>
  readonly #open = new Map<number, Question>()
  #number = 0

  /** `present` resolves to who is there. */
  constructor(timebase: Timebase, present: () => Promise<readonly string[]>) {
    this.#timebase = timebase
    this.#present = present
  }

  /**
   * Resolves to the answers that fit of all whom `send` says it was sent to, without those who are gone or take too long.
   * @throws what `send` throws, the reason of `fail`.
   */
  async ask(
    send: (number: number) => Promise<readonly string[]>,
    fits: Question['fits'] = () => true,
  ): Promise<unknown[]> {
    const number = ++this.#number
    const answers = new Map<string, Answered>()
    const settled = new Promise<void>((resolve, reject) => {
      const settle: Question['settle'] = failure => (failure ? reject(failure.reason) : resolve())
      this.#open.set(number, { asked: undefined, answers, fits, settle })
    })
    let heardBy: readonly string[] = []
    const stopLooking = this.#lookAfter(number, LOOK_MS)
    send(number).then(
      asked => {
        heardBy = asked
        this.#narrow(number, asked)
      },
      reason => this.#open.get(number)?.settle({ reason }),
    )
    try {
      await settled
    } finally {
      stopLooking()
      this.#open.delete(number)
    }
    // Others may have said something that looks like an answer.
    const given = heardBy.map(id => answers.get(id))
    return given.flatMap(one => (one && 'answer' in one ? [one.answer] : []))
  }

  /** Takes no notice of an answer that does not fit. */
  hear(answered: Answered): void {
    const question = this.#open.get(answered.to)
    if (!question || ('answer' in answered && !question.fits(answered.answer))) return
    question.answers.set(answered.from, answered)
    settleIfOver(question)
  }

  /** Nothing more can be heard. */
  fail(reason: unknown): void {
    for (const { settle } of this.#open.values()) settle({ reason })
  }

  /** Only those are waited for who were asked and are there. */
  #narrow(number: number, present: readonly string[]): void {
    const question = this.#open.get(number)
    if (!question) return
    question.asked = new Set(present.filter(id => question.asked?.has(id) ?? true))
    settleIfOver(question)
  }

  #lookAfter(number: number, ms: number): () => void {
    let gone = 0
    let callOff = () => {}
    const look = () => {
      gone += ms
      if (gone >= LONGEST_MS) return this.#open.get(number)?.settle()
      callOff = this.#timebase.after(ms, look)
      // Before it is known who heard it, the connection says whether it went wrong.
      if (this.#open.get(number)?.asked) void this.#present().then(present => this.#narrow(number, present), nothing)
      return undefined
    }
    callOff = this.#timebase.after(ms, look)
    return () => callOff()
  }
}

function settleIfOver({ asked, answers, settle }: Question): void {
  if (asked && [...asked].every(id => answers.has(id))) settle()
}

function nothing(): void {}
