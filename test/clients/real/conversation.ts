import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { installed } from './place.ts'

/** A Python script that answers each line of JSON with one. */
export interface Conversation extends AsyncDisposable {
  /** Sends `order`, if there is one, and resolves to the next line. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  ask(order?: object): Promise<any>
}

/** Starts a script with the Python of the clients, away from any folder whose `.env` they might read. */
export function converse(words: readonly string[], env: Readonly<Record<string, string>> = {}): Conversation {
  const child = spawn(installed('python'), words, { cwd: tmpdir(), env: { ...process.env, ...env } })
  const exit = once(child, 'exit')
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', piece => {
    complaints += piece
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(order) {
      if (order) child.stdin.write(`${JSON.stringify(order)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`${words.join(' ')} ended: ${complaints}`)
      return JSON.parse(value)
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exit
    },
  }
}
