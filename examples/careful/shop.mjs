// The same shop, after a few bad days. What it does differently is said where it does it.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

export class Shop {
  /** By order id: `{ id, prompt, state: 'open' | 'done' | 'failed', taskId, videoUrl }`. */
  orders = new Map()
  /** Mails sent to customers, each the id of an order. */
  mails = []
  #api
  #patience
  #server
  #closing = new AbortController()

  /**
   * `url` and `token` are the API's. `patience` in milliseconds: `backoff` before the first new try of a create, doubled
   * from one to the next; `callback` before asking what became of a task, half as long again each time.
   */
  constructor({ url, token, patience = { backoff: 1000, callback: 60_000 } }) {
    this.#api = { url, token }
    this.#patience = patience
    this.#server = createServer((request, response) => this.#receive(request, response))
  }

  async open() {
    await new Promise(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  async close() {
    this.#closing.abort()
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  /** Orders a video. Its customer gets a mail when it is done. */
  async order(prompt) {
    const id = randomUUID()
    // An address of its own for each order: it tells whose a callback is, and whose a task is whose id was never heard.
    const callbackUrl = `http://127.0.0.1:${this.#server.address().port}/callback/${id}`
    const order = { id, prompt, callbackUrl, state: 'open' }
    this.orders.set(id, order)
    order.taskId ??= await this.#create(order)
    this.#watch(order)
    return order
  }

  async #create(order) {
    const body = { action: 'text2video', model: 'kling-v1', prompt: order.prompt, callback_url: order.callbackUrl }
    for (let attempt = 1, pause = this.#patience.backoff; ; attempt++, pause *= 2) {
      const answer = await this.#ask('/kling/videos', body)
      if (answer.status === 200 && answer.body?.task_id) return answer.body.task_id
      // 4xx: nothing was accepted, so a new try can't be paid twice. Only 429 will change by itself.
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) throw new Error(told(answer))
      // Anything else: the create may have been accepted, and only its answer is lost.
      if (answer.status !== 429) {
        const taskId = await this.#lookUp(order)
        if (taskId) return taskId
      }
      if (attempt === 6) throw new Error(told(answer))
      await wait(Math.max(pause, (answer.retryAfter ?? 0) * 1000), undefined, { signal: this.#closing.signal })
    }
  }

  /** The task that was made for an order, if there is one: the newest tasks are asked for, and its address looked for. */
  async #lookUp({ callbackUrl }) {
    const { status, body } = await this.#ask('/kling/tasks', { action: 'retrieve_batch', type: 'videos', limit: 100 })
    if (status !== 200) throw new Error('it is not known whether the order was accepted; ask again before trying again')
    return body.items.find(({ request }) => request?.callback_url === callbackUrl)?.id
  }

  /** Asks what became of the task once its callback is late: callbacks get lost. */
  async #watch(order) {
    try {
      for (let pause = this.#patience.callback; order.state === 'open'; pause *= 1.5) {
        await wait(pause, undefined, { signal: this.#closing.signal })
        if (order.state !== 'open') return
        const { body } = await this.#ask('/kling/tasks', { id: order.taskId, action: 'retrieve' })
        if (body?.response) this.#settle(order, body.response)
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    }
  }

  /** However often and by whatever way it is told: the first to tell counts, and the customer gets one mail. */
  #settle(order, result) {
    if (order.state !== 'open') return
    // Neither a success nor an error: not the end yet.
    if (result?.success === true ? typeof result.video_url !== 'string' : !result?.error) return
    order.state = result.success ? 'done' : 'failed'
    order.videoUrl = result.video_url
    this.mails.push(order.id)
  }

  async #receive(request, response) {
    const chunks = []
    let size = 0
    for await (const chunk of request) {
      size += chunk.length
      if (size <= 65_536) chunks.push(chunk)
    }
    const order = this.orders.get(request.url.split('/callback/')[1])
    const result = parsed(Buffer.concat(chunks).toString())
    if (size > 65_536) response.writeHead(413).end()
    else if (result === undefined) response.writeHead(400).end()
    else if (!order || (order.taskId && result.task_id !== order.taskId)) response.writeHead(404).end()
    else {
      // Answered first: whoever calls back does not wait for what is done about it.
      response.writeHead(204).end()
      order.taskId ??= result.task_id
      this.#settle(order, result)
    }
  }

  /** One request. Never throws for what the network or the API does: `status` 0 is an answer that was lost. */
  async #ask(path, body) {
    try {
      const answer = await fetch(this.#api.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#api.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(30_000)]),
      })
      const retryAfter = Number(answer.headers.get('retry-after')) || undefined
      return { status: answer.status, retryAfter, body: parsed(await answer.text()) }
    } catch {
      this.#closing.signal.throwIfAborted()
      return { status: 0 }
    }
  }
}

function parsed(text) {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function told({ status, body }) {
  return `the API answered ${status}${body?.error ? ` ${body.error.code}: ${body.error.message}` : ''}`
}
