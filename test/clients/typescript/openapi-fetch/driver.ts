import createClient from 'openapi-fetch'
import { drive, given } from '../scenarios'
import type { paths } from './generated/schema'

const client = createClient<paths>({ baseUrl: given('MOCKLING_URL') })

function bearer(token = given('MOCKLING_TOKEN')) {
  return { authorization: `Bearer ${token}` }
}

drive({
  async create(body, { outcome, token } = {}) {
    const { data, error, response } = await client.POST('/kling/videos', {
      params: { header: outcome === undefined ? {} : { 'x-mockling-outcome': outcome } },
      headers: bearer(token),
      body,
    })
    return error ? { status: response.status, body: error } : data
  },

  async retrieve(id) {
    const { data, error } = await client.POST('/kling/tasks', { headers: bearer(), body: { id, action: 'retrieve' } })
    if (error) throw new Error(error.error.message)
    return data
  },
})
