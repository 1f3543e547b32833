import { setTimeout as pause } from 'node:timers/promises'

/** The task was accepted and has failed, or the API refused it: `code` says why. */
export class ApiError extends Error {
  constructor({ code, message }) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

/** A client as one might write it: makes a video, tries again when there are too many requests, and waits by polling. */
export class Videos {
  constructor({ baseUrl = 'https://api.acedata.cloud', token, pollEveryMs = 3000 }) {
    Object.assign(this, { baseUrl, token, pollEveryMs })
  }

  /** With `async` or `callback_url` among the fields, only `task_id` is there at once. */
  create(prompt, fields = {}) {
    return this.#post('/kling/videos', { action: 'text2video', model: 'kling-v1', prompt, ...fields })
  }

  /** Polls until the task has settled. A pending one has no `response`. */
  async wait(taskId) {
    for (;;) {
      const { response } = await this.#post('/kling/tasks', { id: taskId, action: 'retrieve' })
      if (response?.success === true) return response
      if (response?.success === false) throw new ApiError(response.error)
      await pause(this.pollEveryMs)
    }
  }

  async #post(path, body) {
    for (let attempt = 1; ; attempt++) {
      const answer = await fetch(this.baseUrl + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const result = await answer.json()
      if (answer.ok) return result
      if (answer.status !== 429 || attempt === 4) throw new ApiError(result.error)
      await pause(1000 * Number(answer.headers.get('retry-after') ?? 0.1 * 2 ** attempt))
    }
  }
}
