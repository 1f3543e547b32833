// A shop that sells videos, written on a good day: it works as long as everything does.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'

export class Shop {
  /** By order id: `{ id, prompt, state: 'open' | 'done' | 'failed', taskId, videoUrl }`. */
  orders = new Map()
  /** Mails sent to customers, each the id of an order. */
  mails = []
  #api
  #server

  /** `url` and `token` are the API's. */
  constructor({ url, token }) {
    this.#api = { url, token }
    this.#server = createServer((request, response) => this.#receive(request, response))
  }

  async open() {
    await new Promise(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  async close() {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  /** Orders a video. Its customer gets a mail when it is done. */
  async order(prompt) {
    const order = { id: randomUUID(), prompt, state: 'open' }
    this.orders.set(order.id, order)
    order.taskId = await this.#create(prompt)
    return order
  }

  async #create(prompt) {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(`${this.#api.url}/kling/videos`, {
          method: 'POST',
          headers: { authorization: `Bearer ${this.#api.token}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            action: 'text2video',
            model: 'kling-v1',
            prompt,
            callback_url: `http://127.0.0.1:${this.#server.address().port}/callback`,
          }),
        })
        if (!answer.ok) throw new Error(`the API answered ${answer.status}`)
        return (await answer.json()).task_id
      } catch (error) {
        // It did not work, so try again: this is where a video is paid for twice.
        if (attempt === 3) throw error
      }
    }
  }

  async #receive(request, response) {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const result = JSON.parse(Buffer.concat(chunks).toString())
    const order = [...this.orders.values()].find(({ taskId }) => taskId === result.task_id)
    if (order) {
      order.state = result.success ? 'done' : 'failed'
      order.videoUrl = result.video_url
      this.mails.push(order.id)
    }
    response.end()
  }
}
