import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { POST_HEADER } from '../simulation/callback-id.ts'
import { addCommands, type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { whole } from './fields.ts'
import type { Enter } from './health-routes.ts'
import type { InboxAnswer, Inboxes, Message } from './inboxes.ts'
import { Refused } from './refused.ts'
import { of } from './shapes.ts'

const tag = 'inbox'

const Name = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, _ . or -')
    .describe('Any name: the inbox is there as soon as it is named.'),
})

const ShownMessage = of<Message>(
  z
    .strictObject({
      seq: z.int().describe('Its place among all that came to any inbox, from 1.'),
      inbox: z.string(),
      at: z.number().describe('On the clock of the namespace whose callback it is, else on the server’s.'),
      method: z.string(),
      query: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.string().describe('As text; in Base64 if it is no UTF-8.'),
      encoding: z.enum(['utf8', 'base64']),
      json: z.unknown().optional().describe('The body parsed; absent if it is no JSON.'),
      namespace: z.string().optional().describe('First eight digits, if it is a callback of this server.'),
      taskId: z.string().optional(),
    })
    .meta({ id: 'InboxMessage', description: 'Something that came to an inbox.' }),
)

const Answer = {
  status: z.int().min(200).max(599).default(200).describe('Default 200.'),
  delay: z
    .number()
    .min(0)
    .max(86_400)
    .default(0)
    .describe('Virtual seconds before it answers. Default 0. Callbacks wait 10 real seconds at most.'),
  drop: z.boolean().default(false).describe('Close the connection instead of answering. Default false.'),
  next: z.int().min(1).max(1_000_000).optional().describe('For so many messages, then 200 again. Without it, for all.'),
}

const ShownAnswer = of<InboxAnswer>(
  z.strictObject({ status: z.int(), delay: z.number(), drop: z.boolean(), next: z.int().optional() }).meta({
    id: 'InboxAnswer',
    description: 'How an inbox answers.',
  }),
)

/** Reads inboxes, and says how they answer. */
export function inboxCommands(control: Control, enter: Enter): Command[] {
  const { inboxes } = control
  return [
    command({
      method: 'GET',
      url: '/v1/inbox',
      tag,
      summary: 'List the inboxes',
      response: z.strictObject({
        items: z.array(z.strictObject({ name: z.string(), count: z.int(), answer: ShownAnswer })),
        dropped: z.int().describe('How many messages had to go to make room.'),
      }),
      run: () => ({ items: inboxes.names(), dropped: inboxes.dropped }),
    }),
    command({
      method: 'GET',
      url: '/v1/inbox/:name',
      tag,
      summary: 'List what came to an inbox, oldest first',
      params: Name,
      query: z.strictObject({
        after: whole(Number.MAX_SAFE_INTEGER, 'Only what came after this place. Default 0.').default(0),
        wait: whole(600, 'Waits so many real seconds for `count` messages to be there. Default 0.').default(0),
        count: whole(10_000, 'How many to wait for. Default 1.').default(1),
        limit: whole(10_000, 'At most so many, the newest. Default 10000.').default(10_000),
      }),
      response: z.strictObject({ items: z.array(ShownMessage) }),
      refusals: { 503: 'As many wait as may.' },
      run: async ({ params: { name }, query: { after, wait, count, limit }, reply }) => {
        const leave = wait === 0 ? () => {} : enter('waits')
        await inboxes.arrived(name, { count, after, waitMs: wait * 1000 }, goneOf(reply)).finally(leave)
        const items = inboxes.list(name, after)
        return { items: items.slice(Math.max(0, items.length - limit)).map(shown) }
      },
    }),
    command({
      method: 'PUT',
      url: '/v1/inbox/:name/answer',
      isShared: true,
      tag,
      summary: 'Say how an inbox answers from now on',
      params: Name,
      body: z.strictObject(Answer),
      response: ShownAnswer,
      refusals: { 409: 'Too many inboxes answer otherwise than usual.' },
      run: ({ params: { name }, body }) => {
        if (!inboxes.setAnswer(name, body)) throw new Refused('too many inboxes answer otherwise than usual', 409)
        return inboxes.answerOf(name)
      },
    }),
    command({
      method: 'DELETE',
      url: '/v1/inbox/:name',
      isShared: true,
      tag,
      summary: 'Forget what came to an inbox; how it answers stays',
      params: Name,
      response: z.strictObject({ cleared: z.int() }),
      run: ({ params: { name } }) => ({ cleared: control.clearInbox(name) }),
    }),
  ]
}

/** The receiver itself: no key is asked for, and any body is taken. */
export function inboxPosting(inboxes: Inboxes): Command[] {
  return (['POST', 'PUT'] as const).map(method =>
    command({
      method,
      url: '/inbox/:name',
      tag,
      summary: 'Leave a message, as callbacks do',
      description: 'To be used as `callback_url`. Needs no key, and takes any body up to 20 MB.',
      params: Name,
      query: z.looseObject({}),
      body: z.unknown(),
      bodyType: '*/*',
      response: { type: 'text/plain', description: 'Nothing, with the status the inbox was told to answer.' },
      isOpen: true,
      run: ({ params: { name }, request, reply }) => receive(inboxes, name, request, reply),
    }),
  )
}

/** Bytes of a message. The largest callback there is, `callback-oversized 20000000`, gets in. */
const LARGEST_MESSAGE = 20_000_000

/** Adds the receiver, whose bodies are read as they are. */
export function inboxDoor(app: FastifyInstance, inboxes: Inboxes): void {
  app.addHook('onRoute', route => {
    route.bodyLimit = LARGEST_MESSAGE
  })
  // Set aside: Fastify refuses a type that is malformed, whatever parser there is.
  app.addHook('onRequest', async ({ raw }) => {
    types.set(raw, raw.headers['content-type'])
    raw.headers['content-type'] = 'application/octet-stream'
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  addCommands(app, inboxPosting(inboxes))
}

/** The content type that came with a request. */
const types = new WeakMap<IncomingMessage, string | undefined>()

async function receive(inboxes: Inboxes, inbox: string, request: FastifyRequest, reply: FastifyReply) {
  const type = types.get(request.raw)
  const { [POST_HEADER]: name, 'content-type': _, ...others } = joined(request.headers)
  const headers = { ...others, ...(type !== undefined && { 'content-type': type }) }
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const query = request.url.split('?').slice(1).join('?')
  const answer = await inboxes.receive({ inbox, method: request.method, query, headers, body }, name, goneOf(reply))
  if (!answer.drop) return reply.code(answer.status).send('')
  reply.hijack()
  reply.raw.destroy()
  return reply
}

function joined(headers: FastifyRequest['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]))
}

/** Aborts when the caller goes away before he is answered. */
function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort(new Error('the caller is gone')))
  return gone.signal
}

/** Namespaces by their first digits only. */
function shown({ namespace, ...message }: Message): Message {
  return { ...message, ...(namespace !== undefined && { namespace: namespace.slice(0, 8) }) }
}
