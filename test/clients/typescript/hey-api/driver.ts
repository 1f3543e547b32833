import { drive, given } from '../scenarios'
import { createVideo, queryTasks } from './generated'
import { createClient } from './generated/client'

function clientOf(token = given('MOCKLING_TOKEN')) {
  return createClient({ baseUrl: given('MOCKLING_URL'), auth: token })
}

drive({
  async create(body, { outcome, token } = {}) {
    const headers = outcome === undefined ? {} : { 'x-mockling-outcome': outcome }
    const { data, error, response } = await createVideo({ client: clientOf(token), headers, body })
    if (data) return data
    if (!response) throw error
    return { status: response.status, body: error }
  },

  async retrieve(id) {
    const { data } = await queryTasks({ client: clientOf(), body: { id, action: 'retrieve' }, throwOnError: true })
    return data
  },
})
