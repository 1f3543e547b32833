import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Command, command } from './command.ts'
import { ASSET_NAME, PAGE_POLICY, type PageFile, pageFile, pageFolder, UNBUILT_PAGE } from './page.ts'
import { Refused } from './refused.ts'

/** Whether it is a browser that asks for something to show. */
export function wantsPage(request: FastifyRequest): boolean {
  return /\btext\/html\b/i.test(request.headers.accept ?? '')
}

/** Answers with the inspector. */
export async function showPage(request: FastifyRequest, reply: FastifyReply, folder = pageFolder()) {
  // Its files are named from here.
  if (!/^[^?#]*\/(?:[?#]|$)/.test(request.url)) return reply.redirect('/_mockling/', 308)
  reply.headers({
    'content-security-policy': PAGE_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  })
  const page = await pageFile(folder, 'index.html')
  if (!page) return reply.type('text/html; charset=utf-8').send(UNBUILT_PAGE)
  return sendFile(request, reply.header('cache-control', 'no-cache'), page)
}

/** The inspector's scripts and styles. They hold nothing that is anybody's, so no key is asked for. */
export function assetCommands(folder = pageFolder): Command[] {
  return [
    command({
      method: 'GET',
      url: '/assets/:name',
      tag: 'self',
      summary: 'Get a file of the inspector',
      description: 'Needs no key.',
      params: z.strictObject({ name: z.string().regex(ASSET_NAME, 'must be the name of a file of the inspector') }),
      response: { type: '*/*', description: 'The file. Its name changes with it, so it may be kept for ever.' },
      refusals: { 404: 'There is no such file.' },
      isKeyless: () => true,
      run: async ({ params: { name }, request, reply }) => {
        const file = await pageFile(folder(), `assets/${name}`)
        if (!file) throw new Refused(`the inspector has no file '${name}'`, 404)
        reply.headers({ 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' })
        return sendFile(request, reply, file)
      },
    }),
  ]
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { type, etag, body }: PageFile): FastifyReply {
  reply.header('etag', etag)
  const known = (request.headers['if-none-match'] ?? '').split(',').map(one => one.trim().replace(/^W\//, ''))
  if (known.includes(etag)) return reply.code(304).send()
  return reply.type(type).send(body)
}
