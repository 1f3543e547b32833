import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

/** A web app: the page asks for a video, the server has it made, is called back, and the page looks again until it is there. */
export function app({ apiUrl, token, ownUrl }) {
  const videos = new Map()

  async function create({ prompt }) {
    const answer = await fetch(`${apiUrl}/kling/videos`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt, callback_url: `${ownUrl()}/hook` }),
    })
    const { task_id: id, error } = await answer.json()
    if (!answer.ok) return { status: answer.status === 429 ? 'busy' : 'failed', why: error.message }
    if (!videos.has(id)) videos.set(id, { status: 'pending' })
    return { id, status: 'pending' }
  }

  /** A callback may come before the create's answer, and twice. */
  function settle({ task_id: id, success, video_url: url, error }) {
    videos.set(id, success ? { status: 'done', url } : { status: 'failed', why: error.message })
    return {}
  }

  return createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://app')
    if (pathname === '/')
      return response.setHeader('content-type', 'text/html').end(await readFile(new URL('index.html', import.meta.url)))
    const answer =
      pathname === '/videos'
        ? await create(await json(request))
        : pathname === '/hook'
          ? settle(await json(request))
          : (videos.get(pathname.slice('/videos/'.length)) ?? { status: 'failed', why: 'no such video' })
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
}
