import { z } from 'zod'
import { type Command, command } from './command.ts'
import { problem } from './problems.ts'
import { Identity } from './shapes.ts'

/** One more who follows the journal, or waits for an inbox, until the function returned is called; throws if there are too many. */
export type Enter = (what: 'streams' | 'waits') => () => void

/** What is known of how the process fares. */
export interface Fares {
  /** Why no callers should be sent here at present, each as one sentence; empty: they may come. */
  readonly objections: () => Promise<readonly string[]>
  /** The numbers, as Prometheus reads them. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>
  readonly enter: Enter
}

const tag = 'self'

/** Whether it is up, whether it may be sent callers, and how it fares in numbers. */
export function healthCommands(identity: Identity, { objections, metrics }: Fares): Command[] {
  return [
    command({
      method: 'GET',
      url: '/health',
      tag,
      summary: 'Show that this is up',
      response: z.strictObject({ status: z.literal('ok'), ...Identity.shape }),
      isOpen: true,
      run: () => ({ status: 'ok', ...identity }) as const,
    }),
    command({
      method: 'GET',
      url: '/live',
      tag,
      summary: 'Show that the process answers: restart it if not',
      response: z.strictObject({ status: z.literal('live') }),
      isOpen: true,
      run: () => ({ status: 'live' }) as const,
    }),
    command({
      method: 'GET',
      url: '/ready',
      tag,
      summary: 'Show whether callers may be sent here: not at the start, at the end, and while there is too much',
      response: z.strictObject({ status: z.literal('ready') }),
      refusals: { 503: 'It is starting, shutting down or overloaded.' },
      isOpen: true,
      run: async ({ reply }) => {
        const reasons = await objections()
        if (reasons.length === 0) return { status: 'ready' } as const
        return problem(reply.header('retry-after', '1'), 503, reasons.join('; '))
      },
    }),
    command({
      method: 'GET',
      url: '/metrics',
      tag,
      summary: 'Show how it fares, in numbers for Prometheus',
      description: 'docs/reference/metrics.md says what each is. The key may come as a bearer token.',
      response: { type: 'text/plain', description: 'Prometheus’ text format 0.0.4.' },
      takesBearer: true,
      run: async ({ reply }) => {
        const { type, text } = await metrics()
        return reply.header('content-type', type).send(text)
      },
    }),
  ]
}
