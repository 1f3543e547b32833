import { drive } from '../scenarios'
import { createVideo, queryTasks } from './generated/kling'

drive({
  async create(body, { outcome, token } = {}) {
    const header = outcome === undefined ? {} : { 'x-mockling-outcome': outcome }
    const { data, status } = await createVideo(
      body,
      header,
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    )
    return status === 200 ? data : { status, body: data }
  },

  async retrieve(id) {
    const { data, status } = await queryTasks({ id, action: 'retrieve' })
    if (status !== 200) throw new Error(data.error.message)
    return data
  },
})
