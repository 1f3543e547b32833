import { given } from '../scenarios'

/** Sends what the generated client asks for to the server under test. */
export async function fetcher<T>(path: string, init: RequestInit): Promise<T> {
  const headers = { authorization: `Bearer ${given('MOCKLING_TOKEN')}`, ...init.headers }
  const reply = await fetch(given('MOCKLING_URL') + path, { ...init, headers })
  return { data: await reply.json(), status: reply.status, headers: reply.headers } as T
}
